import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of dist/public, which `npm run build` makes. */
export function builtFile(name: string): string {
  const file = join(rootOf(__dirname), 'dist', 'public', name);
  if (!existsSync(file)) throw new Error(`${file} is missing. Run npm run build.`);
  return readFileSync(file, 'utf8');
}

/** The folder of the package: compiled code, the bundle and tests run from different depths in it. */
function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder));
}
