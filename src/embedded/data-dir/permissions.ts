import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirError } from '../platform/storage-fault';
import { messageOf } from '../platform/system-error';

/** What holds credentials or data of others. */
const PRIVATE_FILES = ['state.db', 'state.db-wal', 'state.db-shm', 'state.db-journal', 'api.json'];

/**
 * Takes the rights of others from files that older versions, or a copy, left open to them.
 * @returns the names of the files that were changed
 * @throws DataDirError when a file is open to others and cannot be changed
 */
export function restrictPermissions(dataDir: string): string[] {
  // Windows has no such modes.
  if (process.platform === 'win32') return [];
  return PRIVATE_FILES.filter((name) => {
    const path = join(dataDir, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o077) === 0) return false;
    try {
      chmodSync(path, 0o600);
    } catch (error) {
      throw new DataDirError(
        `${path} may be read by others than its owner, and its mode cannot be changed (${messageOf(error)}). Run chmod 600 on it as its owner.`,
        { cause: error },
      );
    }
    return true;
  });
}
