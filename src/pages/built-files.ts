import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns the path of a file in the folder `public`. `npm run build` creates this folder. */
export function builtPath(name: string): string {
  const path = join(publicFolder(__dirname), name);
  if (!existsSync(path)) throw new Error(`${path} is missing. Run npm run build.`);
  return path;
}

export function builtFile(name: string): string {
  return readFileSync(builtPath(name), 'utf8');
}

/** Compiled code uses the folder of its own build. Tests run from the sources and use the newest build. */
function publicFolder(folder: string): string {
  if (existsSync(join(folder, 'public'))) return join(folder, 'public');
  if (existsSync(join(folder, 'package.json'))) return join(realpathSync(join(folder, 'dist')), 'public');
  return publicFolder(dirname(folder));
}
