import { isUtf8 } from 'node:buffer';
import { closeSync, createReadStream, openSync, readSync, type ReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { isObject, parseObject, stringAt } from '../../json';
import { ConnectorError } from '../../protocol/connector';
import { endOfJsonObject } from '../../protocol/json-scan';
import { UnendedLine } from '../../protocol/lines';
import { messageOf } from '../../system-error';
import { CsvReader } from './csv';

/** A file's rows in batches: each row is one JSON object, spelt as one character per byte. */
export type RowBatches = AsyncIterable<readonly string[]>;

const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const MAX_PADDING_BYTES = 1024 * 1024;
/** Longer ones are no rows but a file without line breaks, which memory must not grow with. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Rows of a CSV file with a header. Every value is the text that the file holds: nothing is guessed, nothing is lost. */
export async function* csvRows(path: string): RowBatches {
  const reader = new CsvReader();
  for await (const lines of wholeLines(path)) yield reader.push(lines);
  yield reader.end();
  if (reader.names === null) throw new ConnectorError('config_error', 'The CSV file has no header line.');
}

/** The names in a CSV file's header. */
export async function csvHeader(path: string): Promise<readonly string[]> {
  const reader = new CsvReader();
  for await (const lines of wholeLines(path)) {
    reader.push(lines);
    if (reader.names !== null) return reader.names;
  }
  reader.end();
  if (reader.names === null) throw new ConnectorError('config_error', 'The CSV file has no header line.');
  return reader.names;
}

/** Rows of a file with one JSON object a line, as they stand in it: no number is rounded, no text recoded. */
export async function* jsonlRows(path: string): RowBatches {
  let row = 0;
  for await (const lines of wholeLines(path)) {
    const rows: string[] = [];
    for (const line of lines.split('\n')) {
      const text = line.trim();
      if (text === '') continue;
      row++;
      if (endOfJsonObject(text, 0) !== text.length && parseObject(text) === null)
        throw new ConnectorError('config_error', `Row ${row} of the file is no JSON object.`);
      rows.push(text);
    }
    yield rows;
  }
}

/** The file in pieces that end with a line, as one character per byte; UTF-8 is checked on the way. */
async function* wholeLines(path: string): AsyncGenerator<string> {
  const { file, packed } = openFile(path);
  const rest = new UnendedLine();
  let first = true;
  const text = (bytes: Buffer): string => {
    if (!isUtf8(bytes)) throw new ConnectorError('config_error', 'The file is not UTF-8.');
    const decoded = bytes.toString('latin1');
    const withoutMark =
      first && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(BYTE_ORDER_MARK.length) : decoded;
    first = false;
    return withoutMark;
  };
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      const lines = rest.push(chunk);
      if (lines !== null) yield text(lines);
      if (rest.length > MAX_LINE_BYTES)
        throw new ConnectorError('config_error', `Cannot read ${path}: it has a line of more than 64 MiB.`);
    }
    if (rest.length > 0) yield text(rest.take());
    packed?.refuseRemainder();
  } catch (error) {
    throw readError(path, error);
  } finally {
    file.destroy();
  }
}

/** The bytes of a file, unpacked when its name ends in `.gz`. */
function openFile(path: string): { file: Readable; packed: PackedFile | null } {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!path.endsWith('.gz')) return { file, packed: null };
  const unpacked = createGunzip();
  // The error comes out of the returned end of the pipeline.
  pipeline(file, unpacked, () => undefined);
  return { file: unpacked, packed: new PackedFile(path, file, unpacked) };
}

class PackedFile {
  constructor(
    private readonly path: string,
    private readonly file: ReadStream,
    private readonly unpacked: Gunzip,
  ) {}

  /** Unpacking stops without a word where gzip ends. Zeros there are padding; anything else was rows once. */
  refuseRemainder(): void {
    const { bytesWritten } = this.unpacked;
    const remainder = Buffer.alloc(Math.min(this.file.bytesRead - bytesWritten, MAX_PADDING_BYTES + 1));
    const fd = openSync(this.path, 'r');
    readSync(fd, remainder, 0, remainder.length, bytesWritten);
    closeSync(fd);
    if (remainder.length > MAX_PADDING_BYTES || remainder.some((byte) => byte !== 0))
      throw new ConnectorError(
        'config_error',
        `Cannot read ${this.path}: what follows byte ${bytesWritten} is no gzip.`,
      );
  }
}

/** Tells apart what the user must mend from what may pass. */
function readError(path: string, error: unknown): unknown {
  const code = isObject(error) ? (stringAt(error, 'code') ?? '') : '';
  if (code.startsWith('Z_') || ['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return new ConnectorError('config_error', `Cannot read ${path}: ${messageOf(error)}`);
  }
  return error;
}
