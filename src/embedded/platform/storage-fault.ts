import { isObject } from './json';
import { messageOf } from './system-error';
import { EmbeddedStartError } from './start-error';

/** Explanations of system error codes. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission to use it',
  EPERM: 'this user has no permission to use it',
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a file is in the place of one of its folders',
  EISDIR: 'a folder is in the place of a file',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an error',
  EMFILE: 'the process has too many files open',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its path is too long',
};

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const SQLITE_REASONS: Readonly<Record<number, string>> = {
  8: 'the state file is read-only',
  10: 'the disk reports an error',
  11: 'the state file is damaged',
  13: 'the disk is full',
  14: 'the state file cannot be opened',
  26: 'the state file is not a SQLite database',
};
const SQLITE_BUSY = 5;

/** The state contains values that no version writes. */
export class DamagedStateError extends Error {
  override readonly name = 'DamagedStateError';
}

/** The reason why the data directory cannot be used, without a path; null for other errors. */
export function storageReason(error: unknown): string | null {
  if (!isObject(error)) return null;
  if (error instanceof DamagedStateError) return `the state file is damaged (${error.message})`;
  const sqlite = sqliteCodeOf(error);
  if (sqlite !== null) return SQLITE_REASONS[sqlite] ?? null;
  return typeof error['code'] === 'string' ? (SYSTEM_REASONS[error['code']] ?? null) : null;
}

/** Whether another connection holds the database. */
export function isLocked(error: unknown): boolean {
  return isObject(error) && sqliteCodeOf(error) === SQLITE_BUSY;
}

/** Whether the state file is damaged. */
function isDamaged(error: unknown): boolean {
  if (error instanceof DamagedStateError) return true;
  return isObject(error) && [11, 26].includes(sqliteCodeOf(error) ?? 0);
}

function sqliteCodeOf(error: Record<string, unknown>): number | null {
  const code = error['errcode'];
  // The lowest byte of an extended code is the primary code.
  return error['code'] === 'ERR_SQLITE_ERROR' && typeof code === 'number' ? code & 0xff : null;
}

/** The data directory cannot be used. The message names the setting and the fix. */
export class DataDirError extends EmbeddedStartError {
  override readonly name = 'DataDirError';
}

/** A file system such as /proc has no folder there and takes none. */
function isFolderRefused(error: unknown): boolean {
  return isObject(error) && error['code'] === 'ENOENT' && error['syscall'] === 'mkdir';
}

/** Converts a storage error at the start into a message for the operator. Returns other errors unchanged. */
export function asDataDirError(error: unknown, dataDir: string): unknown {
  const reason = isFolderRefused(error) ? 'the file system refuses new folders' : storageReason(error);
  if (reason === null) return error;
  const details = error instanceof DamagedStateError ? '' : ` (${messageOf(error)})`;
  const fix = isDamaged(error)
    ? 'Restore state.db from a backup, or move it away to start with an empty state.'
    : 'Make it a folder that this user may write to, with free space, or set DATA_DIR to another folder.';
  return new DataDirError(`DATA_DIR ${dataDir} cannot be used: ${reason}${details}. ${fix}`, {
    cause: error,
  });
}
