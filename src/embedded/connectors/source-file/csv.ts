import { fromBytes, toBytes } from '../../protocol/message-writer';
import { fits, isLiteral, misfitReason, withPoint, type TypedKind } from './column-kinds';
import { faultOfNames } from './csv-names';
import { CsvFault, readRow, strayReturn, type CsvMarks } from './csv-row';
import { faultOfSeparator, separatorHint } from './csv-separator';
import type { CsvOptions } from './reader-options';
import { addRow, type RowSink } from './row-sink';
import { wrongFile, wrongHeader, wrongRow } from './row-error';

/** Limits the memory that a missing closing quote can use. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;
/** Tasks of a reader beside the conversion of rows. */
export interface CsvReading {
  /** Types of columns by name. Other columns are texts. */
  readonly kinds?: ReadonlyMap<string, TypedKind>;
  /** Receives the values of each row, one character per byte. The sink gets no rows then. */
  readonly onRow?: (values: readonly string[]) => void;
}

/**
 * Converts CSV (RFC 4180 by default) to rows of JSON. It works on one character per byte, without decoding. Values stay
 * unchanged.
 */
export class CsvReader {
  private readonly marks: CsvMarks;
  private readonly nulls: ReadonlySet<string>;
  /** The kind of each column; null while all are texts. */
  private kinds: readonly (TypedKind | undefined)[] | null = null;
  private columns: string[] | null = null;
  private decodedNames: readonly string[] | null = null;
  /** The JSON text before each value of a row, and after the last one. */
  private pieces: Buffer[] = [];
  private rest = '';
  /** An incomplete row is parsed again when its text has doubled, so the total time is linear. */
  private retryLength = 0;
  /** The line on which the next row begins. */
  private line = 1;
  private row = 0;
  private linesToSkip: number;
  private rowsBeforeHeader: number;

  constructor(
    private readonly file: string,
    private readonly options: CsvOptions,
    private readonly sink: RowSink,
    private readonly reading: CsvReading = {},
  ) {
    this.marks = {
      separator: toBytes(options.separator),
      quote: options.quote === null ? null : toBytes(options.quote),
      escape: options.escape === null ? null : toBytes(options.escape),
    };
    this.nulls = new Set([...options.nulls].map(toBytes));
    this.linesToSkip = options.skippedLines;
    this.rowsBeforeHeader = options.headerRow ?? 0;
    // Without a header, even an empty file has names.
    if (options.headerRow === null && options.names !== null) this.takeNames(options.names.map(toBytes));
  }

  /** The names of the columns, once they are known. */
  get names(): readonly string[] | null {
    return this.decodedNames;
  }

  /** Whether nothing has been read yet. */
  get isEmpty(): boolean {
    return this.line === 1 && this.rest === '';
  }

  /** Adds the rows that a chunk completes to the sink. */
  push(piece: string): void {
    const text = this.rest === '' ? piece : this.rest + piece;
    const start = text.length < this.retryLength ? 0 : this.readAll(text);
    this.rest = text.slice(start);
    if (this.rest.length > MAX_ROW_BYTES)
      throw this.wrongNext('it is longer than 64 MiB, so a closing quote may be missing');
  }

  /** Adds the last row if the file does not end in a line break. */
  end(): void {
    this.retryLength = 0;
    if (this.rest !== '') this.push('\n');
    if (this.rest !== '') throw this.wrongNext('a closing quote is missing');
    if (this.columns === null) throw wrongFile(this.file, this.noHeaderReason());
  }

  /** An error about the next row. */
  wrongNext(reason: string): Error {
    const isHeader = this.columns === null;
    return isHeader
      ? wrongHeader(this.file, this.line, reason)
      : wrongRow({ file: this.file, row: this.row + 1, line: this.line }, reason);
  }

  private noHeaderReason(): string {
    const { headerRow, skippedLines } = this.options;
    if (this.isEmpty || (skippedLines === 0 && (headerRow ?? 0) === 0))
      return 'it is empty and has no header; remove it or add a header';
    return `it ends before its header; lower header (${headerRow ?? 'null'}) or skiprows (${skippedLines}) in reader_options`;
  }

  /** Reads the complete rows. Returns the start of the first incomplete row. */
  private readAll(text: string): number {
    const { quote, escape } = this.marks;
    let start = this.skipLines(text);
    let nextQuote = quote === null ? -1 : text.indexOf(quote, start);
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      if (quote !== null && nextQuote >= 0 && nextQuote < start) nextQuote = text.indexOf(quote, start);
      if (escape === null && (nextQuote < 0 || nextQuote > end)) {
        this.plain(text, start, end);
        start = end + 1;
        this.line++;
        continue;
      }
      const found = readRow(text, start, this.marks);
      if (found instanceof CsvFault) throw this.faultOf(found, this.hintFor(text, start));
      if (found === null) {
        this.retryLength = 2 * (text.length - start);
        return start;
      }
      const isBlank = found.values.length === 1 && found.values[0] === '' && !found.isQuoted;
      if (!isBlank || this.columns?.length === 1) this.take(found.values, found.isQuoted);
      this.line += countLines(text, start, found.next);
      start = found.next;
    }
    this.retryLength = 0;
    return start;
  }

  private skipLines(text: string): number {
    let start = 0;
    for (; this.linesToSkip > 0; this.linesToSkip--) {
      const end = text.indexOf('\n', start);
      if (end < 0) break;
      start = end + 1;
      this.line++;
    }
    return start;
  }

  /** Fast path for rows without quotes: their values are copied without building strings. */
  private plain(text: string, start: number, end: number): void {
    const last = text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end;
    // An empty line is a row only if rows have one value.
    if (last === start && this.columns?.length !== 1) return;
    const isConverted = this.kinds !== null || this.nulls.size > 0 || this.reading.onRow !== undefined;
    if (this.pieces.length > 0 && !isConverted && this.copied(text, start, last)) return;
    const line = text.slice(start, last);
    const { separator } = this.marks;
    if (line.includes('\r')) throw this.faultOf(strayReturn(line, separator));
    this.take(line.split(separator), false);
  }

  /** Adds a row. Adds nothing and returns false if a value needs escapes in JSON, or the number of values is wrong. */
  private copied(text: string, start: number, end: number): boolean {
    const { sink, pieces } = this;
    const { separator } = this.marks;
    const first = separator.charCodeAt(0);
    const lastColumn = pieces.length - 2;
    let [column, from] = [0, start];
    sink.begin();
    this.addPiece(0);
    for (let at = start; at < end && column <= lastColumn; at++) {
      const code = text.charCodeAt(at);
      if (code === first && (separator.length === 1 || text.startsWith(separator, at))) {
        sink.text.add(text, from, at);
        this.addPiece(++column);
        from = at + separator.length;
        at = from - 1;
      } else if (code < 0x20 || code === 0x22 || code === 0x5c) column = Infinity;
    }
    if (column !== lastColumn) {
      sink.drop();
      return false;
    }
    sink.text.add(text, from, end);
    this.addPiece(column + 1);
    sink.end();
    this.row++;
    return true;
  }

  private addPiece(index: number): void {
    const piece = this.pieces[index];
    if (piece !== undefined) this.sink.text.addBytes(piece);
  }

  private take(values: readonly string[], isQuoted: boolean): void {
    if (this.rowsBeforeHeader > 0) {
      this.rowsBeforeHeader--;
      return;
    }
    if (this.columns === null) {
      const reason = isQuoted ? null : faultOfSeparator(values, this.options);
      if (reason !== null) throw this.wrongNext(reason);
      this.takeHeader(values);
      if (this.options.headerRow !== null) return;
    }
    const columns = this.columns ?? [];
    if (values.length !== columns.length) throw this.wrongCount(values.length);
    const { onRow } = this.reading;
    if (onRow) onRow(values);
    else if (this.kinds !== null || this.nulls.size > 0) addRow(this.sink, this.converted(values));
    else this.addEscaped(values);
    this.row++;
  }

  private addEscaped(values: readonly string[]): void {
    this.sink.begin();
    for (const [index, value] of values.entries()) {
      this.addPiece(index);
      this.sink.text.add(JSON.stringify(value).slice(1, -1));
    }
    this.addPiece(values.length);
    this.sink.end();
  }

  private converted(values: readonly string[]): string {
    const members = values.map((value, index) => {
      const name = JSON.stringify(this.columns?.[index] ?? '');
      return `${name}:${this.valueOf(value, index)}`;
    });
    return `{${members.join(',')}}`;
  }

  private valueOf(value: string, index: number): string {
    if (this.nulls.has(value)) return 'null';
    const kind = this.kinds?.[index];
    if (kind === undefined) return JSON.stringify(value);
    if (value === '') return 'null';
    const plain = this.options.decimal === ',' ? withPoint(kind, value) : value;
    if (!fits(kind, plain)) throw this.faultOf(new CsvFault(misfitReason(kind), index));
    return isLiteral(kind) ? plain : JSON.stringify(value);
  }

  private takeHeader(values: readonly string[]): void {
    const { names, headerRow } = this.options;
    if (names !== null && names.length !== values.length)
      throw this.wrongNext(`it has ${values.length} names where names in reader_options has ${names.length}`);
    // As in pandas, the columns of a file without a header are numbered from 0.
    this.takeNames(
      names?.map(toBytes) ?? (headerRow === null ? values.map((_, index) => String(index)) : values),
    );
  }

  private takeNames(given: readonly string[]): void {
    // pandas gives this name to a column without a name, for example to its own index column.
    const names = given.map((name, index) => (name === '' ? `Unnamed: ${index}` : name));
    const fault = faultOfNames(names);
    if (fault !== null) throw this.wrongNext(fault);
    this.columns = names;
    this.decodedNames = names.map(fromBytes);
    const pieces = names.map((name, index) => `${index === 0 ? '{' : '",'}${JSON.stringify(name)}:"`);
    this.pieces = [...pieces, '"}'].map((piece) => Buffer.from(piece, 'latin1'));
    const { kinds } = this.reading;
    if (kinds !== undefined && kinds.size > 0) this.kinds = this.decodedNames.map((name) => kinds.get(name));
  }

  private wrongCount(found: number): Error {
    const known = this.columns?.length ?? 0;
    const { headerRow, names } = this.options;
    const from =
      names !== null ? 'names in reader_options' : headerRow === null ? 'the first row' : 'the header';
    const hint =
      known === 1 && names === null
        ? '; if there are lines before the header, set their number as skiprows in reader_options'
        : '';
    return this.wrongNext(
      `it has ${found} ${found === 1 ? 'value' : 'values'} where ${from} has ${known}${hint}`,
    );
  }

  /** The hint for a faulty row. Quotes of a header look misplaced with a wrong separator. */
  private hintFor(text: string, start: number): string {
    const isHeader = this.columns === null && this.rowsBeforeHeader === 0;
    return isHeader ? separatorHint(text, start, this.marks, this.options) : '';
  }

  private faultOf({ reason, column }: CsvFault, hint = ''): Error {
    const name = this.columns?.[column];
    const named = name === undefined ? '' : ` (${JSON.stringify(fromBytes(name))})`;
    return this.wrongNext(`in column ${column + 1}${named} ${reason}${hint}`);
  }
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
