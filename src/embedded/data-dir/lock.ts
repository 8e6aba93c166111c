import { join } from 'node:path';
import { readHolder, takeLock, type LockHolder } from '../platform/file-lock';
import { isAlive } from '../platform/process-identity';
import { EmbeddedStartError } from '../platform/start-error';

/** Another process uses the data directory: its message names the holder. */
export class DataDirInUseError extends EmbeddedStartError {
  override readonly name = 'DataDirInUseError';

  constructor(dataDir: string, holder: LockHolder | null) {
    super(
      `DATA_DIR ${dataDir} is in use by ${holder === null ? 'another process' : describe(holder)}. ` +
        'One process at a time may use a data directory: stop that one, or set DATA_DIR to another folder.',
    );
  }
}

/** In another container a process has another id, and this one cannot see it. */
function describe(holder: LockHolder): string {
  const elsewhere = isAlive(holder) ? '' : ', perhaps in another container';
  return `process ${holder.pid}${elsewhere}, running since ${holder.since}`;
}

/** Whom the lock of a data directory names, alive or dead. */
export function lockHolder(dataDir: string): LockHolder | null {
  return readHolder(join(dataDir, 'lock'));
}

/**
 * Reads the lock and changes nothing.
 * @throws DataDirInUseError when its holder is alive
 */
export function refuseLocked(dataDir: string): void {
  const holder = lockHolder(dataDir);
  if (holder !== null && isAlive(holder)) throw new DataDirInUseError(dataDir, holder);
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
