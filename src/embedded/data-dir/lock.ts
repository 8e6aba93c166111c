import { join } from 'node:path';
import { readHolder, takeLock, type LockHolder } from '../platform/file-lock';
import { isAlive } from '../platform/process-identity';
import { EmbeddedStartError } from '../platform/start-error';

/** Another process uses the data directory. The message names it. */
export class DataDirInUseError extends EmbeddedStartError {
  override readonly name = 'DataDirInUseError';

  constructor(dataDir: string, holder: LockHolder | null) {
    super(
      `DATA_DIR ${dataDir} is in use by ${holder === null ? 'another process' : describe(holder)}. ` +
        'One process at a time may use a data directory: stop that one, or set DATA_DIR to another folder.',
    );
  }
}

/** Process ids differ between containers, so a holder that is not alive here may run in another one. */
function describe(holder: LockHolder): string {
  const elsewhere = isAlive(holder) ? '' : ', perhaps in another container';
  return `process ${holder.pid}${elsewhere}, running since ${holder.since}`;
}

/** The process that the lock of a data directory names, alive or not. */
export function lockHolder(dataDir: string): LockHolder | null {
  return readHolder(join(dataDir, 'lock'));
}

/**
 * Checks the lock without changing it.
 * @throws DataDirInUseError if its holder is alive
 */
export function refuseLocked(dataDir: string): void {
  const holder = lockHolder(dataDir);
  if (holder !== null && isAlive(holder)) throw new DataDirInUseError(dataDir, holder);
}

/**
 * Locks the data directory for this process and returns a function that releases it.
 * @throws DataDirInUseError if another process holds it
 */
export function lockDataDir(dataDir: string, now: Date): () => void {
  const lock = takeLock(join(dataDir, 'lock'), now);
  if ('holder' in lock) throw new DataDirInUseError(dataDir, lock.holder);
  return lock.release;
}
