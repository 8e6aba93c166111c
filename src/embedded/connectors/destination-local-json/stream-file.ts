import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { takeLock } from '../../platform/file-lock';
import { NotRegularFileError, syncFolder } from '../../platform/regular-file';
import { configError, ConnectorError } from '../../protocol/connector';
import { hasCode } from '../../platform/system-error';
import type { LocalFolder } from '../local-folder';
import {
  endsLine,
  isSameOwner,
  keepFileRecord,
  looksWritten,
  readFileRecord,
  type FileRecord,
  type Owner,
} from './file-record';

const LOCK_WAIT_MS = 3000;
const LOCK_POLL_MS = 50;
const FLUSH_CHARS = 256 * 1024;

/**
 * The file of one stream. Appending continues at the last committed offset, which removes uncommitted lines of a killed
 * run. Overwriting fills a second file, which then replaces the first one atomically.
 */
export class StreamFile {
  private readonly release: () => void;
  private readonly fd: number;
  private waiting = '';
  private size = 0;
  private committed = 0;

  /**
   * @param folder the caller closes it
   * @throws ConnectorError config_error for a file of another program or another stream
   */
  constructor(
    private readonly folder: LocalFolder,
    private readonly name: string,
    private readonly owner: Owner,
    private readonly overwrite: boolean,
  ) {
    this.release = this.lock();
    try {
      const record = this.ownRecord();
      // A killed run may have left this file. It is removed and never written, because it could be a link.
      rmSync(this.path('new'), { force: true });
      this.fd = overwrite ? this.openNew(record) : this.openExisting(record);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Adds one line, one character per byte. */
  line(text: string): void {
    this.waiting += text;
    this.waiting += '\n';
    if (this.waiting.length >= FLUSH_CHARS) this.write();
  }

  /** Returns when all lines so far are stored durably. */
  commit(): void {
    this.write();
    fsyncSync(this.fd);
    if (!this.overwrite) this.keepOffset(this.size);
    this.committed = this.size;
  }

  /** Completes the stream. After an overwrite, the new file replaces the old one. */
  complete(): void {
    this.commit();
    if (!this.overwrite) return;
    // Another program may have created a file of that name in the meantime.
    this.ownRecord();
    // The offset of the old content must not apply to the new file. The owner stays recorded throughout.
    this.keepOffset(null);
    renameSync(this.path('new'), this.folder.entry(this.name));
    syncFolder(this.folder.entry('.'));
    this.keepOffset(this.size);
  }

  /** Truncates uncommitted lines, which may be incomplete. The source sends them again. */
  close(): void {
    try {
      if (fstatSync(this.fd).size > this.committed) ftruncateSync(this.fd, this.committed);
    } finally {
      closeSync(this.fd);
      if (this.overwrite) rmSync(this.path('new'), { force: true });
      this.release();
    }
  }

  private path(suffix: string): string {
    return this.folder.entry(hidden(this.name, suffix));
  }

  private get shown(): string {
    return `${this.folder.shown}/${this.name}`;
  }

  private write(): void {
    const bytes = Buffer.from(this.waiting, 'latin1');
    this.waiting = '';
    for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
    this.size += bytes.length;
  }

  private keepOffset(offset: number | null): void {
    keepFileRecord(this.path('committed'), { owner: this.owner, offset });
  }

  /**
   * The metadata of the existing file, or null if there is no file.
   * @throws ConnectorError config_error for the file of a user or of another stream
   */
  private ownRecord(): FileRecord | null {
    const record = this.readRecord();
    if (lstatSync(this.folder.entry(this.name), { throwIfNoEntry: false }) === undefined) return null;
    if (record?.owner !== null && record?.owner !== undefined && !isSameOwner(record.owner, this.owner)) {
      throw this.refused(
        `belongs to stream ${shown(record.owner)}, and stream ${shown(this.owner)} would replace its rows. Set another prefix for the streams, or another destination_path.`,
      );
    }
    const fd = this.folder.openFile(this.name, constants.O_RDONLY);
    try {
      if (!looksWritten(fd))
        throw this.refused(
          `was not created by this connector. Move it away, or choose another destination_path for stream ${shown(this.owner)}.`,
        );
    } finally {
      closeSync(fd);
    }
    return record ?? { owner: null, offset: null };
  }

  private readRecord(): FileRecord | null {
    try {
      return readFileRecord(this.path('committed'));
    } catch (error) {
      if (!(error instanceof NotRegularFileError) && !hasCode(error, 'ELOOP', 'EISDIR', 'ENXIO')) throw error;
      throw configError(
        `${this.folder.shown}/${hidden(this.name, 'committed')} is a link or not a regular file. Remove it.`,
      );
    }
  }

  private openNew(record: FileRecord | null): number {
    // Without the offset, lines after the last commit would count as committed. They are truncated first.
    if (record !== null) closeSync(this.openExisting(record));
    this.size = this.committed = 0;
    return this.folder.openFile(
      hidden(this.name, 'new'),
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND,
    );
  }

  private openExisting(record: FileRecord | null): number {
    const create = record === null ? constants.O_CREAT | constants.O_EXCL : 0;
    const fd = this.folder.openFile(this.name, constants.O_RDWR | constants.O_APPEND | create);
    try {
      this.goBackToCommitted(fd, record);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  }

  private goBackToCommitted(fd: number, record: FileRecord | null): void {
    const { size } = fstatSync(fd);
    const end = Math.min(size, record?.offset ?? size);
    if (!this.overwrite && !endsLine(fd, end)) {
      throw this.refused(
        'ends in the middle of a line, but the connector writes only complete lines. Restore it, or move it away.',
      );
    }
    if (end < size) ftruncateSync(fd, end);
    this.size = this.committed = end;
    this.keepOffset(end);
  }

  private refused(reason: string): ConnectorError {
    return configError(`${this.shown} ${reason}`);
  }

  /** Waits a short time for the lock, because a killed writer may need a moment to end. */
  private lock(): () => void {
    for (let waitedMs = 0; ; waitedMs += LOCK_POLL_MS) {
      const lock = takeLock(this.path('lock'), new Date());
      if ('release' in lock) return lock.release;
      if (waitedMs >= LOCK_WAIT_MS) {
        throw new ConnectorError(
          'transient_error',
          `Process ${lock.holder.pid} is writing ${this.shown}. Wait until it ends.`,
        );
      }
      // A synchronous wait blocks only this connector's process.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    }
  }
}

function hidden(name: string, suffix: string): string {
  return `.${name}.${suffix}`;
}

function shown({ name, namespace }: Owner): string {
  return JSON.stringify(namespace === null ? name : `${namespace}.${name}`);
}
