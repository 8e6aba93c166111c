import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder was not created by `npm run build`, or this user cannot write to it. */
const EXPECTED = ['ENOENT', 'EACCES', 'EPERM', 'EROFS'];

/** Prevents a later `npm run build` from removing the folder of this process (scripts/build.mjs). */
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
