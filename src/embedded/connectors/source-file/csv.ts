import { ConnectorError } from '../../protocol/connector';
import { fromBytes } from '../../protocol/message-writer';

/** What JSON cannot hold as it stands; the quote is looked for on its own. */
const NEEDS_ESCAPE = /[\\\u0000-\u001f]/;

/** A longer row is one whose closing quote is missing, which memory must not grow with. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

/**
 * Reads CSV (RFC 4180: comma, double quotes, doubled to stand for themselves) with a header into rows of JSON.
 * It works on one character per byte, so it neither decodes nor encodes; values come out as they stand in the file.
 */
export class CsvReader {
  private columns: string[] | null = null;
  /** What stands before each value of a row, and after the last. */
  private pieces: string[] = [];
  private rest = '';
  private row = 0;

  /** The names of the header, once it was read. */
  get names(): readonly string[] | null {
    return this.columns?.map(fromBytes) ?? null;
  }

  /** The rows that a piece of the file completes, each as one JSON object. */
  push(piece: string): string[] {
    const text = this.rest === '' ? piece : this.rest + piece;
    const rows: string[] = [];
    let start = 0;
    let quote = text.indexOf('"');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (quote >= 0 && quote < start) quote = text.indexOf('"', start);
      if (quote < 0 || quote > end) {
        this.plain(text, start, end, rows);
        start = end + 1;
        continue;
      }
      const quoted = readQuoted(text, start, () => this.row + 1);
      if (quoted === null) break;
      this.take(quoted.values, rows);
      start = quoted.next;
    }
    this.rest = text.slice(start);
    if (this.rest.length > MAX_ROW_BYTES) {
      this.row++;
      throw this.wrong('it is longer than 64 MiB; is a quote opened and never closed?');
    }
    return rows;
  }

  /** The last row, when the file does not end in a line break. */
  end(): string[] {
    if (this.rest === '') return [];
    const rows = this.push('\n');
    if (this.rest !== '') throw this.wrong('a quote is opened and never closed');
    return rows;
  }

  /** A row without any quote, which most are. */
  private plain(text: string, start: number, end: number, rows: string[]): void {
    const last = text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end;
    // An empty line is a row only where a row has one value.
    if (last === start && this.columns?.length !== 1) return;
    const line = text.slice(start, last);
    if (this.columns === null || NEEDS_ESCAPE.test(line)) {
      this.take(line.split(','), rows);
      return;
    }
    this.row++;
    let json = '';
    let from = 0;
    const lastColumn = this.columns.length - 1;
    for (let column = 0; column < lastColumn; column++) {
      const comma = line.indexOf(',', from);
      if (comma < 0) throw this.wrongCount(column + 1);
      json += (this.pieces[column] ?? '') + line.slice(from, comma);
      from = comma + 1;
    }
    if (line.includes(',', from)) throw this.wrongCount(line.split(',').length);
    rows.push(
      json + (this.pieces[lastColumn] ?? '') + line.slice(from) + (this.pieces[lastColumn + 1] ?? ''),
    );
  }

  private take(values: readonly string[], rows: string[]): void {
    if (this.columns === null) {
      this.takeHeader(values);
      return;
    }
    this.row++;
    if (values.length !== this.columns.length) throw this.wrongCount(values.length);
    let json = '';
    for (const [index, value] of values.entries()) {
      json += (this.pieces[index] ?? '') + JSON.stringify(value).slice(1, -1);
    }
    rows.push(json + (this.pieces[values.length] ?? ''));
  }

  private takeHeader(values: readonly string[]): void {
    const repeated = values.find((name, index) => values.indexOf(name) !== index);
    if (repeated !== undefined)
      throw new ConnectorError(
        'config_error',
        `The CSV header names ${JSON.stringify(fromBytes(repeated))} twice.`,
      );
    if (values.some((name) => name.includes('\r')))
      throw new ConnectorError('config_error', 'The CSV file must end its lines with LF or CRLF.');
    this.columns = [...values];
    this.pieces = values.map((name, index) => `${index === 0 ? '{' : '",'}${JSON.stringify(name)}:"`);
    this.pieces.push('"}');
  }

  private wrongCount(found: number): ConnectorError {
    return this.wrong(`it has ${found} values where the header has ${this.columns?.length ?? 0} names`);
  }

  private wrong(what: string): ConnectorError {
    return new ConnectorError('config_error', `Row ${this.row} of the CSV file is wrong: ${what}.`);
  }
}

/** The values of a row in which quotes occur, and where the next row begins; null while the row is not complete. */
function readQuoted(
  text: string,
  start: number,
  row: () => number,
): { values: string[]; next: number } | null {
  const values: string[] = [];
  for (let at = start; ; at++) {
    if (text.charCodeAt(at) === 0x22) {
      const closed = readQuotedValue(text, at);
      if (closed === null) return null;
      values.push(closed.value);
      at = closed.next;
      if (text.charCodeAt(at) === 0x0d && at + 1 === text.length) return null;
      if (text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a) at++;
    } else {
      const value = readBareValue(text, at, row);
      if (value === null) return null;
      values.push(
        value.endsWith('\r') && text.charCodeAt(at + value.length) === 0x0a ? value.slice(0, -1) : value,
      );
      at += value.length;
    }
    const mark = text.charCodeAt(at);
    if (mark === 0x0a) return { values, next: at + 1 };
    if (Number.isNaN(mark)) return null;
    if (mark !== 0x2c)
      throw new ConnectorError(
        'config_error',
        `Row ${row()} of the CSV file is wrong: text follows a closing quote.`,
      );
  }
}

function readQuotedValue(text: string, open: number): { value: string; next: number } | null {
  let value = '';
  for (let from = open + 1; ;) {
    const close = text.indexOf('"', from);
    // A quote at the very end may be the first half of a doubled one.
    if (close < 0 || close + 1 >= text.length) return null;
    value += text.slice(from, close);
    if (text.charCodeAt(close + 1) !== 0x22) return { value, next: close + 1 };
    value += '"';
    from = close + 2;
  }
}

function readBareValue(text: string, start: number, row: () => number): string | null {
  let end = start;
  for (let code = text.charCodeAt(end); code !== 0x2c && code !== 0x0a; code = text.charCodeAt(++end)) {
    if (Number.isNaN(code)) return null;
    if (code === 0x22)
      throw new ConnectorError(
        'config_error',
        `Row ${row()} of the CSV file is wrong: a quote stands inside an unquoted value.`,
      );
  }
  return text.slice(start, end);
}
