import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../platform/local-path';
import { fstatRegular, NO_LINK } from '../platform/regular-file';
import { configError, type ConnectorError } from '../protocol/connector';
import { hasCode } from '../platform/system-error';
import { localRoot } from '../protocol/local-root';

/** On Linux, each open descriptor has a path below this folder. */
const DESCRIPTORS = '/proc/self/fd';
const HAS_DESCRIPTORS = process.platform === 'linux' && existsSync(DESCRIPTORS);

/**
 * A folder below `/local` that is held open. Another program could replace a folder by a link between the check and the
 * use of its path (TOCTOU). Each folder is therefore opened first, and its real location is checked afterwards. On Linux
 * its files are then accessed through the descriptor, on other systems through the real path.
 */
export class LocalFolder {
  private constructor(
    /** The path of the configuration, for messages. */
    readonly shown: string,
    /** The real path of the folder when it was opened. */
    readonly realPath: string,
    private readonly fd: number | null,
  ) {}

  /**
   * Opens a folder, and creates it if it is missing. Links to folders inside `/local` are followed.
   * @param path a path that {@link localPathOf} accepts
   * @throws ConnectorError config_error if a part of the path is not a folder, or leads out of `/local`
   */
  static open(path: string): LocalFolder {
    const root = realpathSync(localRoot());
    let folder = LocalFolder.hold(root, root, '/local');
    for (const part of path.split('/').slice(2)) {
      if (part === '' || part === '.') continue;
      const outer = folder;
      try {
        folder = outer.inner(root, part);
      } finally {
        outer.close();
      }
    }
    return folder;
  }

  private inner(root: string, name: string): LocalFolder {
    const [path, shown] = [this.entry(name), `${this.shown}/${name}`];
    try {
      mkdirSync(path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    return LocalFolder.hold(root, path, shown);
  }

  private static hold(root: string, path: string, shown: string): LocalFolder {
    const refused = (reason: string): ConnectorError => configError(`${shown} ${reason}`);
    let fd: number | null = null;
    try {
      if (HAS_DESCRIPTORS)
        fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
      else if (!statSync(path).isDirectory())
        throw refused('is not a folder. Choose another destination_path.');
      const realPath = fd === null ? realpathSync(path) : readlinkSync(`${DESCRIPTORS}/${fd}`);
      if (!isWithin(root, realPath))
        throw refused('leads out of /local/ through a link. Choose another destination_path.');
      return new LocalFolder(shown, realPath, fd);
    } catch (error) {
      if (fd !== null) closeSync(fd);
      if (hasCode(error, 'ENOTDIR', 'ENOENT', 'ELOOP', 'ENXIO'))
        throw refused('is not a folder. Choose another destination_path.');
      throw error;
    }
  }

  /** The path of a file in the folder, for system calls only. Messages must not contain it. */
  entry(name: string): string {
    return this.fd === null ? join(this.realPath, name) : `${DESCRIPTORS}/${this.fd}/${name}`;
  }

  /** Opens a regular file. Refuses a link, pipe, device or folder of that name. */
  openFile(name: string, flags: number, mode = 0o666): number {
    const refused = (): ConnectorError => notRegularFile(`${this.shown}/${name}`);
    const found = lstatSync(this.entry(name), { throwIfNoEntry: false });
    // Opening a device can have side effects, so the type is checked first.
    if (found !== undefined && !found.isFile()) throw refused();
    try {
      const fd = openSync(this.entry(name), flags | NO_LINK, mode);
      try {
        fstatRegular(fd);
      } catch {
        closeSync(fd);
        throw refused();
      }
      return fd;
    } catch (error) {
      if (hasCode(error, 'ELOOP', 'EISDIR', 'ENXIO')) throw refused();
      throw error;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
  }
}

/** The failure for a path that must be a regular file. */
export function notRegularFile(path: string): ConnectorError {
  return configError(
    `${path} is a link or not a regular file, so it is not written. Remove it, or choose another destination_path.`,
  );
}
