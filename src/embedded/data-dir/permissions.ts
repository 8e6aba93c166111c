import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirError } from '../platform/storage-fault';
import { messageOf } from '../platform/system-error';

/** Files with credentials or data. */
const PRIVATE_FILES = ['state.db', 'state.db-wal', 'state.db-shm', 'state.db-journal', 'api.json'];

/**
 * Sets mode 0600 on files that an older version or a copy left readable by others.
 * @returns the names of the changed files
 * @throws DataDirError if the mode of a file cannot be changed
 */
export function restrictPermissions(dataDir: string): string[] {
  // Windows has no file modes.
  if (process.platform === 'win32') return [];
  return PRIVATE_FILES.filter((name) => {
    const path = join(dataDir, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o077) === 0) return false;
    try {
      chmodSync(path, 0o600);
    } catch (error) {
      throw new DataDirError(
        `${path} can be read by other users, and its mode cannot be changed (${messageOf(error)}). Run chmod 600 on it as its owner.`,
        { cause: error },
      );
    }
    return true;
  });
}
