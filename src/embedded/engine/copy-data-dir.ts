import { cp, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../platform/local-path';
import type { Database } from '../store/database';

/** The folder cannot get the copy. The message has the reason. */
export class CopyTargetError extends Error {
  override readonly name = 'CopyTargetError';
}

/** Files that belong to a running process, and those of the gateway, which the program that asks for the copy copies itself. */
const LEFT_OUT = /^(lock|scratch|state\.db.*|events-.*|webhooks-.*|webhooks\.key)$/;

/**
 * Copies a data directory in use, so that a gateway can be started over the copy. Nothing may be written to the files of
 * destinations meanwhile.
 * @param target an existing folder outside of the data directory
 * @throws CopyTargetError if the folder cannot be used
 */
export async function copyDataDir(db: Database, dataDir: string, target: string): Promise<void> {
  if (!existsSync(target)) throw new CopyTargetError(`${target} does not exist`);
  if (isWithin(dataDir, target)) throw new CopyTargetError(`${target} is inside of DATA_DIR`);
  if (existsSync(join(target, 'state.db'))) throw new CopyTargetError(`${target} contains a state.db`);
  db.copyTo(join(target, 'state.db'));
  for (const name of (await readdir(dataDir)).filter((file) => !LEFT_OUT.test(file)))
    await cp(join(dataDir, name), join(target, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      errorOnExist: true,
      force: false,
    });
}
