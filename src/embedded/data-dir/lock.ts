import { join } from 'node:path';
import { takeLock, type LockHolder } from '../file-lock';

/** Another process uses the data directory: its message names the holder. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';

  constructor(dataDir: string, holder: LockHolder) {
    super(
      `DATA_DIR ${dataDir} is in use by process ${holder.pid}, running since ${holder.since}. ` +
        'One process at a time may use a data directory: stop that one, or set DATA_DIR to another folder.',
    );
  }
}

/**
 * Takes the data directory for this process and returns what gives it back.
 * @throws DataDirInUseError when its holder is alive
 */
export function lockDataDir(dataDir: string, now: Date): () => void {
  const lock = takeLock(join(dataDir, 'lock'), now);
  if ('holder' in lock) throw new DataDirInUseError(dataDir, lock.holder);
  return lock.release;
}
