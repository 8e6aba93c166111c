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
import { ConnectorError } from '../../protocol/connector';
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
 * The file of one stream. Appending goes on at the last committed offset, so that nothing is left of the lines that a
 * killed run did not commit; overwriting fills a file beside it that takes its place in one step.
 */
export class StreamFile {
  private readonly release: () => void;
  private readonly fd: number;
  private waiting = '';
  private size = 0;
  private committed = 0;

  /**
   * @param folder stays the caller's to close
   * @throws ConnectorError config_error for a file that this connector did not make, or made for another stream
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
      // A run that was killed may have left it. Nothing of that name is written to: it may be a link.
      rmSync(this.path('new'), { force: true });
      this.fd = overwrite ? this.openNew(record) : this.openExisting(record);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Adds one line, spelt as one character per byte. */
  line(text: string): void {
    this.waiting += text;
    this.waiting += '\n';
    if (this.waiting.length >= FLUSH_CHARS) this.write();
  }

  /** Returns once every line so far is on disk and will be found there after any crash. */
  commit(): void {
    this.write();
    fsyncSync(this.fd);
    if (!this.overwrite) this.keepOffset(this.size);
    this.committed = this.size;
  }

  /** Ends the stream well: an overwritten file takes the old one's place. */
  complete(): void {
    this.commit();
    if (!this.overwrite) return;
    // Another program may have put a file there meanwhile.
    this.ownRecord();
    // The offset of the old content must not outlive it, and the owner must be known at every moment.
    this.keepOffset(null);
    renameSync(this.path('new'), this.folder.entry(this.name));
    syncFolder(this.folder.entry('.'));
    this.keepOffset(this.size);
  }

  /** Lines that were not committed are cut off: they may end in the middle, and will come again. */
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
   * What is known of the file that is there, or null when there is none.
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
          `was not made by this connector. Move it away, or choose another destination_path for stream ${shown(this.owner)}.`,
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
      throw new ConnectorError(
        'config_error',
        `${this.folder.shown}/${hidden(this.name, 'committed')} is a link or not a regular file. Remove it.`,
      );
    }
  }

  private openNew(record: FileRecord | null): number {
    // Lines behind the last commit would count as whole once the offset is gone.
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
        'ends in the middle of a line, though all of its lines were written whole. Restore it, or move it away.',
      );
    }
    if (end < size) ftruncateSync(fd, end);
    this.size = this.committed = end;
    this.keepOffset(end);
  }

  private refused(reason: string): ConnectorError {
    return new ConnectorError('config_error', `${this.shown} ${reason}`);
  }

  /** A writer that was killed may need a moment to be gone; one that lives on keeps the file. */
  private lock(): () => void {
    for (let waitedMs = 0; ; waitedMs += LOCK_POLL_MS) {
      const lock = takeLock(this.path('lock'), new Date());
      if ('release' in lock) return lock.release;
      if (waitedMs >= LOCK_WAIT_MS) {
        throw new ConnectorError(
          'transient_error',
          `${this.shown} is being written by process ${lock.holder.pid}. Wait for its end.`,
        );
      }
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
