import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { takeLock } from '../../platform/file-lock';
import { NotRegularFileError, syncFolder } from '../../platform/regular-file';
import { ByteText } from '../../protocol/byte-text';
import { configError, ConnectorError } from '../../protocol/connector';
import type { JsonObjectScanner } from '../../protocol/json-scan';
import { hasCode } from '../../platform/system-error';
import type { LocalFolder } from '../local-folder';
import {
  endsLine,
  ForeignRecordError,
  isSameOwner,
  keepFileRecord,
  looksWritten,
  readFileRecord,
  type FileRecord,
  type Owner,
} from './file-record';
import { hasOnlyOwnLines } from './own-lines';

const LOCK_WAIT_MS = 3000;
const LOCK_POLL_MS = 50;
const FLUSH_BYTES = 256 * 1024;

/**
 * The file of one stream. Appending removes uncommitted lines of a killed run, and continues behind lines that a user
 * added. Overwriting fills a second file, which then replaces the first one atomically.
 */
export class StreamFile {
  private readonly release: () => void;
  private readonly fd: number;
  private readonly waiting = new ByteText();
  private size = 0;
  private committed = 0;
  private isWriting = false;

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
    this.refuseForeign('lock', '{"pid":');
    this.release = this.lock();
    try {
      this.refuseForeign('committed.new', '{"offset":');
      const record = this.ownRecord();
      this.removeLeftNew();
      this.fd = overwrite ? this.openNew(record) : this.openExisting(record);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Adds one line, an object whose last member is the data. All texts are one character per byte. */
  line(head: string, { text, start, end }: JsonObjectScanner): void {
    this.waiting.add(head);
    this.waiting.add(text, start, end);
    this.waiting.add('}\n');
    if (this.waiting.length >= FLUSH_BYTES) this.write();
  }

  /** Returns when all lines so far are stored durably. */
  commit(): void {
    this.write();
    fsyncSync(this.fd);
    if (fstatSync(this.fd).size !== this.size) throw this.changed(this.committed);
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
      // Another size means that another program has added lines. The next run refuses the file.
      if (fstatSync(this.fd).size === this.size) {
        if (this.size > this.committed) ftruncateSync(this.fd, this.committed);
        if (this.isWriting) this.keepOffset(this.committed, false);
      }
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
    const { bytes } = this.waiting;
    if (bytes.length > 0 && !this.overwrite && !this.isWriting) {
      this.keepOffset(this.committed, true);
      this.isWriting = true;
    }
    for (let done = 0; done < bytes.length;) {
      const written = writeSync(this.fd, bytes, done);
      this.size += written;
      done += written;
    }
    this.waiting.clear();
  }

  private keepOffset(offset: number | null, isWriting = this.isWriting): void {
    keepFileRecord(this.path('committed'), { owner: this.owner, offset, isWriting });
  }

  /** A temporary file of a killed run is removed later. It is empty or has a known beginning; any other file is a user's. */
  private refuseForeign(suffix: string, start: string): void {
    const name = hidden(this.name, suffix);
    try {
      const fd = this.folder.openFile(name, constants.O_RDONLY);
      try {
        const head = Buffer.alloc(start.length);
        const length = readSync(fd, head, 0, head.length, 0);
        if (!start.startsWith(head.toString('latin1', 0, length))) throw this.foreign(name);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  /** A killed overwrite leaves its file behind. Another file of that name is a user's. */
  private removeLeftNew(): void {
    const name = hidden(this.name, 'new');
    if (lstatSync(this.folder.entry(name), { throwIfNoEntry: false }) === undefined) return;
    const fd = this.folder.openFile(name, constants.O_RDONLY);
    try {
      if (!hasOnlyOwnLines(fd, 0, fstatSync(fd).size)) throw this.foreign(name);
    } finally {
      closeSync(fd);
    }
    rmSync(this.folder.entry(name));
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
      if (!looksWritten(fd)) throw this.foreign(this.name);
    } finally {
      closeSync(fd);
    }
    return record ?? { owner: null, offset: null, isWriting: false };
  }

  private readRecord(): FileRecord | null {
    try {
      return readFileRecord(this.path('committed'));
    } catch (error) {
      if (error instanceof ForeignRecordError) throw this.foreign(hidden(this.name, 'committed'));
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
    const end = this.endOfLines(fd, size, record);
    if (!this.overwrite && !endsLine(fd, end)) {
      throw this.refused(
        'ends in the middle of a line, but the connector writes only complete lines. Restore it, or move it away.',
      );
    }
    if (end < size) ftruncateSync(fd, end);
    this.size = this.committed = end;
    this.keepOffset(end);
  }

  /** The position behind the committed lines and the lines of a user. */
  private endOfLines(fd: number, size: number, record: FileRecord | null): number {
    const committed = record?.offset ?? size;
    if (size <= committed) return size;
    const isWriting = record?.isWriting === true;
    if (isWriting && hasOnlyOwnLines(fd, committed, size)) return committed;
    // In the file of a killed run, the lines of both cannot be separated. An overwrite would remove them.
    if (isWriting || this.overwrite) throw this.changed(committed);
    return size;
  }

  private changed(committed: number): ConnectorError {
    return this.refused(
      `has lines of another program behind its first ${committed} bytes. Move these lines to another file.`,
    );
  }

  private foreign(name: string): ConnectorError {
    return configError(
      `${this.folder.shown}/${name} was not created by this connector. Move it away, or choose another destination_path for stream ${shown(this.owner)}.`,
    );
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
