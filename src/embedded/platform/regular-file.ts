import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from './system-error';

/** Limit for files that are read as a whole. */
const MAX_READ_BYTES = 1024 * 1024;

/** Replaces a file atomically and durably. */
export function writeFileAtomic(path: string, content: string, mode: number): void {
  const fresh = `${path}.new`;
  // The name may be taken by a link to another file, so it is removed and never written to.
  rmSync(fresh, { force: true });
  const fd = openSync(fresh, 'wx', mode);
  try {
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/**
 * The text of a regular file: null without a file, empty for one that is too large. Links are not followed, and opening a
 * pipe or a device does not block.
 */
export function readSmallFile(path: string): string | null {
  try {
    const fd = openSync(path, constants.O_RDONLY | NO_LINK);
    try {
      const { size } = fstatRegular(fd);
      return size > MAX_READ_BYTES ? '' : readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** A path of a link, a folder, a pipe or a device. */
export class NotRegularFileError extends Error {
  override readonly name = 'NotRegularFileError';
}

/** Flags that refuse links and do not block on pipes. Windows has neither. */
export const NO_LINK = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @throws NotRegularFileError */
export function fstatRegular(fd: number): ReturnType<typeof fstatSync> {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new NotRegularFileError('It is not a regular file.');
  return stats;
}

/** Makes a rename in the folder durable. Windows cannot open folders. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
