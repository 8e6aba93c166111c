import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Not a folder of `npm run build`, or one that this user may not change and so does not build into. */
const EXPECTED = ['ENOENT', 'EACCES', 'EPERM', 'EROFS'];

/** Keeps a later `npm run build` from removing the folder that this process runs from (scripts/build.mjs). */
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
