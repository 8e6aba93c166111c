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

/** No file that is read whole here comes near it. */
const MAX_READ_BYTES = 1024 * 1024;

/** Replaces a file in one step that survives a loss of power: it has its old content or all of the new one. */
export function writeFileAtomic(path: string, content: string, mode: number): void {
  const fresh = `${path}.new`;
  // Nothing of that name is written to: it may be a link to another file.
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

/** A path leads to something else than a regular file: a link, a folder, a pipe or a device. */
export class NotRegularFileError extends Error {
  override readonly name = 'NotRegularFileError';
}

/** Flags that open no link and wait for no other end of a pipe; Windows has neither. */
export const NO_LINK = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @throws NotRegularFileError */
export function fstatRegular(fd: number): ReturnType<typeof fstatSync> {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new NotRegularFileError('It is not a regular file.');
  return stats;
}

/** A rename is durable once its folder is; Windows cannot open folders and does without. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
