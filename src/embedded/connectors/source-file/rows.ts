import type { KindInference, TypedKind } from './column-kinds';
import type { FileConfig } from './config';
import { CsvReader } from './csv';
import { JsonRowReader } from './json-row';
import { NotOfEncoding, wholeLines } from './lines';
import type { LocalFile } from './local-file';
import { wrongRow } from './row-error';
import { addRow, eachRow, type RowSink } from './row-sink';

/** Reads a file in pieces. Returns the sink after each piece, which has then taken its rows. */
export type RowPieces = AsyncIterable<RowSink>;

/** Types of columns by name. */
export type ColumnKinds = ReadonlyMap<string, TypedKind>;

/** Reads a CSV file. Every value is the unchanged text of the file, without quotes in columns of numbers and booleans. */
export async function* csvRows(
  file: LocalFile,
  { options }: FileConfig,
  sink: RowSink,
  kinds: ColumnKinds,
): RowPieces {
  const reader = new CsvReader(file.name, options.csv, sink, { kinds });
  for await (const lines of wholeLines(file, options.encoding)) {
    if (lines instanceof NotOfEncoding) throw notOfEncoding(reader, lines);
    reader.push(lines);
    yield sink;
  }
  reader.end();
  yield sink;
}

/**
 * The column names of a CSV file.
 * @param checkedRows the number of rows that are read too, so that their faults are found
 */
export async function csvNames(
  file: LocalFile,
  { options }: FileConfig,
  checkedRows: number,
): Promise<readonly string[]> {
  let rows = 0;
  const reader = new CsvReader(
    file.name,
    options.csv,
    eachRow(() => {
      rows++;
    }),
  );
  for await (const lines of wholeLines(file, options.encoding)) {
    if (lines instanceof NotOfEncoding) throw notOfEncoding(reader, lines);
    reader.push(lines);
    if (reader.names !== null && rows >= checkedRows) return reader.names;
  }
  reader.end();
  return reader.names ?? [];
}

/** Adds the columns of a CSV file and all its values. */
export async function inferKinds(
  file: LocalFile,
  { options }: FileConfig,
  inference: KindInference,
): Promise<void> {
  const reader: CsvReader = new CsvReader(file.name, options.csv, eachRow(), {
    onRow: (values) => {
      inference.add(reader.names ?? [], values);
    },
  });
  for await (const lines of wholeLines(file, options.encoding)) {
    if (lines instanceof NotOfEncoding) throw notOfEncoding(reader, lines);
    reader.push(lines);
  }
  reader.end();
  inference.addNames(reader.names ?? []);
}

function notOfEncoding(reader: CsvReader, { reason, line }: NotOfEncoding): Error {
  if (line === '' && reader.isEmpty && UTF_16_MARK.test(reason)) return reader.wrongNext(UTF_16);
  return reader.wrongNext(reason);
}

const UTF_16_MARK = /^byte 0xF[EF] is not UTF-8/;
const UTF_16 = 'the file begins like UTF-16; set {"encoding": "utf-16"} in reader_options';

/** The rows of a file with one JSON object per line, byte for byte. */
export async function* jsonlRows(file: LocalFile, { options }: FileConfig, sink: RowSink): RowPieces {
  const reader = new JsonRowReader();
  let [row, line] = [0, 0];
  for await (const lines of wholeLines(file, options.encoding)) {
    const isUnsound = lines instanceof NotOfEncoding;
    if (isUnsound) {
      const isMark = row === 0 && lines.line === '' && UTF_16_MARK.test(lines.reason);
      throw wrongRow({ file: file.name, row: row + 1, line: line + 1 }, isMark ? UTF_16 : lines.reason);
    }
    for (const found of lines.endsWith('\n') ? lines.slice(0, -1).split('\n') : lines.split('\n')) {
      line++;
      const text = trimmed(found);
      if (text === '') continue;
      row++;
      const fault = reader.faultOf(text);
      if (fault !== null) {
        const column = found.indexOf(text) + fault.at + 1;
        throw wrongRow({ file: file.name, row, line }, `${fault.reason} (at byte ${column} of the line)`);
      }
      addRow(sink, text);
    }
    yield sink;
  }
}

/** Removes JSON white space at both ends. */
function trimmed(line: string): string {
  let [start, end] = [0, line.length];
  while (start < end && isSpace(line.charCodeAt(start))) start++;
  while (end > start && isSpace(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}
