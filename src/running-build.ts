import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Error codes for a folder that `npm run build` did not create, or that this user cannot write to. */
const EXPECTED = ['ENOENT', 'EACCES', 'EPERM', 'EROFS'];

/** Creates a marker file, so that a later `npm run build` keeps the folder of this process (scripts/build.mjs). */
export function holdBuild(folder: string): void {
  const file = join(folder, 'running', String(process.pid));
  try {
    writeFileSync(file, '');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!EXPECTED.includes(code)) process.emitWarning(`${message}: later builds may remove this one`);
    return;
  }
  process.once('exit', () => {
    rmSync(file, { force: true });
  });
}
