import { readSync } from 'node:fs';
import type { ConnectorError } from '../../../protocol/connector';
import type { LocalFile } from '../local-file';
import { wrongFile } from '../row-error';
import type { ParquetLibrary } from './library';
import { parseMetadata, type FileMetadata } from './metadata';

const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';
/** The footer's length and the magic number after it. */
const TAIL_BYTES = 8;

/** A Parquet file. Each part is read from disk when needed, so memory does not grow with the file. */
export class ParquetFile {
  readonly size: number;

  constructor(private readonly file: LocalFile) {
    this.size = Number(file.identity.size);
  }

  /** Reads bytes into a new buffer, because values keep references into it. */
  read(start: number, end: number): Uint8Array {
    if (start < 0 || end < start || end > this.size) throw this.wrong('it ends in the middle of a page');
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.file.descriptor, bytes, done, bytes.length - done, start + done);
      if (read === 0) throw this.wrong('it ends in the middle of a page');
      done += read;
    }
    return bytes;
  }

  /** @throws ConnectorError config_error if the file is not a Parquet file, or is encrypted */
  readMetadata(library: Pick<ParquetLibrary, 'readThrift'>): FileMetadata {
    if (this.size < MAGIC.length + TAIL_BYTES) throw this.wrong('it is not a Parquet file');
    const tail = Buffer.from(this.read(this.size - TAIL_BYTES, this.size));
    const [head, magic] = [this.read(0, MAGIC.length), tail.subarray(4)].map((bytes) =>
      Buffer.from(bytes).toString('latin1'),
    );
    if (magic === ENCRYPTED_MAGIC) throw this.wrong('it is encrypted');
    if (head !== MAGIC || magic !== MAGIC) throw this.wrong('it is not a Parquet file');
    const start = this.size - TAIL_BYTES - tail.readUInt32LE(0);
    if (start < MAGIC.length) throw this.wrong('its footer is damaged');
    return parseMetadata(this.read(start, this.size - TAIL_BYTES), library);
  }

  wrong(what: string): ConnectorError {
    return wrongFile(this.file.name, what);
  }
}
