import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from '../../file-lock';
import { numberAt, parseObject } from '../../json';
import { keepFile, syncFolder } from '../../keep-file';
import { ConnectorError } from '../../protocol/connector';

const LOCK_WAIT_MS = 3000;
const FLUSH_CHARS = 256 * 1024;

/**
 * The file of one stream. Appending goes on at the last committed offset, so that what a killed run left half
 * written is gone; overwriting fills a file beside it that takes its place in one step.
 */
export class StreamFile {
  private readonly fd: number;
  private readonly release: () => void;
  private readonly offsetPath: string;
  private readonly writePath: string;
  private waiting = '';
  private size: number;
  private committed: number;

  constructor(
    private readonly path: string,
    private readonly overwrite: boolean,
  ) {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true });
    this.release = lockFile(path);
    this.offsetPath = hidden(path, 'committed');
    this.writePath = overwrite ? hidden(path, 'new') : path;
    // Nothing that lies there is written to: it may be a link.
    if (overwrite) rmSync(this.writePath, { force: true });
    this.fd = openSync(this.writePath, overwrite ? 'wx' : 'a');
    this.size = overwrite ? 0 : this.goBackToCommitted();
    this.committed = this.size;
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
    if (!this.overwrite) this.keepOffset();
    this.committed = this.size;
  }

  /** Ends the stream well: an overwritten file takes the old one's place. */
  complete(): void {
    this.commit();
    if (!this.overwrite) return;
    // The offset of the old content must not outlive it.
    rmSync(this.offsetPath, { force: true });
    renameSync(this.writePath, this.path);
    syncFolder(dirname(this.path));
  }

  /** What was not committed goes: it may end in the middle of a line, and will come again. */
  close(): void {
    if (fstatSync(this.fd).size > this.committed) ftruncateSync(this.fd, this.committed);
    closeSync(this.fd);
    if (this.overwrite) rmSync(this.writePath, { force: true });
    this.release();
  }

  private write(): void {
    const bytes = Buffer.from(this.waiting, 'latin1');
    this.waiting = '';
    for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
    this.size += bytes.length;
  }

  private goBackToCommitted(): number {
    const size = fstatSync(this.fd).size;
    const committed = existsSync(this.offsetPath)
      ? numberAt(parseObject(readFileSync(this.offsetPath, 'utf8')) ?? {}, 'offset')
      : undefined;
    if (committed !== undefined && committed < size) ftruncateSync(this.fd, committed);
    this.size = Math.min(size, committed ?? size);
    if (committed === undefined) this.keepOffset();
    return this.size;
  }

  private keepOffset(): void {
    keepFile(this.offsetPath, JSON.stringify({ offset: this.size }), 0o666);
  }
}

function hidden(path: string, suffix: string): string {
  const name = path.slice(dirname(path).length + 1);
  return join(dirname(path), `.${name}.${suffix}`);
}

/** A writer that was killed may need a moment to be gone; one that lives on keeps the file. */
function lockFile(path: string): () => void {
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    const lock = takeLock(hidden(path, 'lock'), new Date());
    if ('release' in lock) return lock.release;
    if (Date.now() > deadline) {
      throw new ConnectorError('transient_error', `${path} is being written by process ${lock.holder.pid}.`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}
