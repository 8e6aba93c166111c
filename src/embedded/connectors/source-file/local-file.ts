import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { sep } from 'node:path';
import { configError, ConnectorError } from '../../protocol/connector';
import { hasCode, messageOf } from '../../platform/system-error';
import { localPathOf } from '../../protocol/local-root';

/** Identifies a file and its state. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modifiedNs: bigint;
  /** Unlike the modification time, the change time of an inode cannot be set back. */
  readonly changedNs: bigint;
}

/**
 * A regular file below `/local/`, open for reading. Type, location and content are read through one descriptor, so
 * replacing the name later has no effect.
 */
export interface LocalFile {
  /** The configured path, from `/local/` on. */
  readonly name: string;
  readonly descriptor: number;
  readonly identity: FileIdentity;
  close(): void;
}

/** O_NONBLOCK prevents the open of a FIFO from waiting for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a file by its path below `/local/`.
 * @throws ConnectorError config_error if it is missing, unreadable, not a regular file, or outside of `/local/`
 */
export function openLocalFile(name: string): LocalFile {
  const path = pathOf(name);
  const descriptor = open(name, path);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) throw notRegular(name, stats);
    refuseOutside(name, path, descriptor, stats);
    return {
      name,
      descriptor,
      identity: identityOf(stats),
      close: () => {
        closeSync(descriptor);
      },
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The current state of an open file. */
export function identityOf(stats: BigIntStats): FileIdentity {
  return {
    device: stats.dev,
    inode: stats.ino,
    size: stats.size,
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
  };
}

/** Whether both are the same file in the same state. */
export function isSameState(first: FileIdentity, second: FileIdentity): boolean {
  return (
    first.device === second.device &&
    first.inode === second.inode &&
    first.size === second.size &&
    first.modifiedNs === second.modifiedNs &&
    first.changedNs === second.changedNs
  );
}

/** Converts a file system error to a failure with the configured path. Messages do not contain paths of the host. */
export function unreadable(name: string, error: unknown): ConnectorError {
  const reason = (
    [
      ['ENOENT', `No file is found at ${name}.`],
      ['ENOTDIR', `No file is found at ${name}: a part of the path is a file, not a folder.`],
      [
        'EACCES',
        `${name} cannot be read: permission denied; give the user of this service the right to read it.`,
      ],
      [
        'EPERM',
        `${name} cannot be read: permission denied; give the user of this service the right to read it.`,
      ],
      ['ELOOP', `${name} cannot be read: its links lead to each other in a circle.`],
      [
        'ENAMETOOLONG',
        `No file is found at the path that begins with ${name.slice(0, 100)}: it is too long.`,
      ],
      ['ENXIO', `${name} is a socket or a device: only regular files are read.`],
      ['EISDIR', `${name} is a folder: name a file, or use ${name}/* to read the files in it.`],
    ] as const
  ).find(([code]) => hasCode(error, code));
  if (reason !== undefined) return configError(reason[1]);
  const code = hasCode(error, 'EMFILE', 'ENFILE', 'EIO', 'ESTALE', 'EAGAIN', 'EBUSY')
    ? 'transient_error'
    : 'system_error';
  return new ConnectorError(code, `${name} cannot be read: ${reasonOf(error)}.`);
}

/** The message of an error without the system call and the path of the host. */
function reasonOf(error: unknown): string {
  return messageOf(error).split(', ')[0] ?? '';
}

/** The failure for an entry that is not a regular file. */
export function notRegular(
  name: string,
  stats: Pick<BigIntStats, 'isDirectory' | 'isFIFO' | 'isSocket'>,
): ConnectorError {
  if (stats.isDirectory()) return unreadable(name, { code: 'EISDIR' });
  const kind = stats.isFIFO() ? 'a FIFO' : stats.isSocket() ? 'a socket' : 'a device';
  return configError(`${name} is ${kind}: only regular files are read.`);
}

/** The failure for a link that leads out of `/local/`. */
export function leadsOut(name: string): ConnectorError {
  return configError(`The path "${name}" leads out of /local/ through a link.`);
}

function pathOf(name: string): string {
  try {
    return localPathOf(name);
  } catch (error) {
    throw error instanceof ConnectorError ? error : unreadable(name, error);
  }
}

function open(name: string, path: string): number {
  try {
    return openSync(path, OPEN_FLAGS);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Checks the opened file, because a part of its path may have become a link after the path was checked. */
function refuseOutside(name: string, path: string, descriptor: number, stats: BigIntStats): void {
  const root = realpathSync(localPathOf('/local'));
  const place = placeOf(descriptor) ?? placeByName(name, path, stats);
  if (!place.startsWith(root.endsWith(sep) ? root : root + sep)) throw leadsOut(name);
}

/** The path of an open file, or null on systems other than Linux. */
function placeOf(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EINVAL')) return null;
    throw error;
  }
}

function placeByName(name: string, path: string, opened: BigIntStats): string {
  const place = realpathSync(path);
  const found = statSync(place, { bigint: true });
  if (found.dev !== opened.dev || found.ino !== opened.ino)
    throw new ConnectorError('transient_error', `${name} was replaced while it was opened.`);
  return place;
}
