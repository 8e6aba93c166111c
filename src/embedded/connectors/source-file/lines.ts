import { fstatSync, read, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ConnectorError } from '../../protocol/connector';
import { PartialLine } from '../../protocol/lines';
import { isObject, stringAt } from '../../platform/json';
import { messageOf } from '../../platform/system-error';
import { decoderOf, EncodingFault, type Encoding } from './encoding';
import { identityOf, isSameState, unreadable, type LocalFile } from './local-file';
import { wrongFile } from './row-error';

const MAX_PADDING_BYTES = 1024 * 1024;
/** Limits the memory that a file without line breaks can use. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** A file with invalid bytes. All lines before them have been returned. */
export class NotOfEncoding {
  constructor(
    readonly reason: string,
    /** The start of the line, up to the fault, one character per byte. */
    readonly line: string,
  ) {}
}

/**
 * The file in chunks that end with a line break, one character per byte of UTF-8. The last one may be a
 * {@link NotOfEncoding}.
 * @throws ConnectorError if the file cannot be unpacked or read, or is written at the same time
 */
export async function* wholeLines(
  file: LocalFile,
  encoding: Encoding,
): AsyncGenerator<string | NotOfEncoding> {
  const decoder = decoderOf(encoding);
  const rest = new PartialLine();
  const bytes = new FileBytes(file);
  try {
    for await (const chunk of bytes.pieces) {
      const decoded = decoder.push(chunk);
      const lines = rest.push(decoded instanceof EncodingFault ? decoded.sound : decoded);
      if (lines !== null) yield lines.toString('latin1');
      if (decoded instanceof EncodingFault) {
        yield new NotOfEncoding(decoded.reason, rest.take().toString('latin1'));
        return;
      }
      if (rest.length > MAX_LINE_BYTES) throw wrongFile(file.name, 'it has a line of more than 64 MiB');
    }
    bytes.refuseRemainder();
    refuseChanged(file);
    const cut = decoder.end();
    const last = rest.length > 0 ? rest.take().toString('latin1') : '';
    if (cut !== null) yield new NotOfEncoding(cut.reason, last);
    else if (last !== '') yield last;
  } catch (error) {
    throw readError(file, error);
  } finally {
    bytes.stop();
  }
}

/** A file that is written during the read is refused, because half a row can look like a valid row. */
export function refuseChanged({ name, descriptor, identity }: LocalFile): void {
  if (!isSameState(identityOf(fstatSync(descriptor, { bigint: true })), identity))
    throw new ConnectorError('transient_error', `${name} was changed while it was read.`);
}

const readAsync = promisify(read);
const PIECE_BYTES = 256 * 1024;

/** The bytes of a file, unpacked if its name ends in `.gz`. */
class FileBytes {
  readonly pieces: AsyncIterable<Buffer>;
  private readonly unpacked: Gunzip | null = null;
  private position = 0;

  constructor(private readonly source: LocalFile) {
    if (!/\.gz$/i.test(source.name)) {
      refuseOtherFormat(source);
      this.pieces = this.read();
      return;
    }
    this.unpacked = createGunzip();
    this.pieces = this.unpacked;
    // The returned end of the pipeline reports the error.
    pipeline(Readable.from(this.read(), { objectMode: false }), this.unpacked, () => undefined);
  }

  /** Reads by hand, because a Node stream would close the descriptor of its owner. */
  private async *read(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await readAsync(this.source.descriptor, piece, 0, PIECE_BYTES, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  stop(): void {
    this.unpacked?.destroy();
  }

  /** gunzip ignores bytes after the end of the gzip data. Zeros are padding. Other bytes are lost rows and are refused. */
  refuseRemainder(): void {
    if (this.unpacked === null) return;
    const { bytesWritten } = this.unpacked;
    const remainder = Buffer.alloc(Math.min(this.position - bytesWritten, MAX_PADDING_BYTES + 1));
    readSync(this.source.descriptor, remainder, 0, remainder.length, bytesWritten);
    if (remainder.length > MAX_PADDING_BYTES || remainder.some((byte) => byte !== 0))
      throw wrongFile(this.source.name, `the data after byte ${bytesWritten} is not gzip`);
  }
}

/** Magic numbers of formats that are neither CSV nor JSON lines. */
const OTHER_FORMATS = [
  ['1f8b', 'it is packed with gzip, but its name does not end in .gz'],
  ['504b0304', 'it is a ZIP archive or a spreadsheet; unpack it, or save it as CSV'],
  ['50415231', 'it is a Parquet file; set the format to "parquet"'],
  ['28b52ffd', 'it is packed with zstd, which is not supported; use gzip'],
  ['425a68', 'it is packed with bzip2, which is not supported; use gzip'],
  ['fd377a585a00', 'it is packed with xz, which is not supported; use gzip'],
] as const;

function refuseOtherFormat({ name, descriptor }: LocalFile): void {
  const begin = Buffer.alloc(6);
  const length = readSync(descriptor, begin, 0, begin.length, 0);
  const hex = begin.subarray(0, length).toString('hex');
  const other = OTHER_FORMATS.find(([magic]) => hex.startsWith(magic));
  // A text file may begin with the letters of a magic number.
  if (other !== undefined && (!/^(?:[2-7][0-9a-f])+$/.test(other[0]) || isBinary(descriptor)))
    throw wrongFile(name, other[1]);
}

function isBinary(descriptor: number): boolean {
  const begin = Buffer.alloc(512);
  return begin.subarray(0, readSync(descriptor, begin, 0, begin.length, 0)).includes(0);
}

const GZIP_REASONS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'its gzip data is truncated',
  Z_DATA_ERROR: 'it is not gzip, or it is damaged',
};

/** Distinguishes errors in the gzip data from errors of the file system. */
function readError(file: LocalFile, error: unknown): unknown {
  if (error instanceof ConnectorError) return error;
  const code = isObject(error) ? (stringAt(error, 'code') ?? '') : '';
  if (code.startsWith('Z_'))
    return wrongFile(file.name, `${GZIP_REASONS[code] ?? 'its gzip is wrong'} (${messageOf(error)})`);
  return code === '' ? error : unreadable(file.name, error);
}
