/** The special characters of a CSV file, one character per byte. */
export interface CsvMarks {
  readonly separator: string;
  /** Null if quotes have no special meaning. */
  readonly quote: string | null;
  readonly escape: string | null;
}

/** The values of a row, and the start of the next row. */
export interface ReadRow {
  readonly values: readonly string[];
  /** Whether any value is in quotes. */
  readonly isQuoted: boolean;
  readonly next: number;
}

/** A row that is not valid CSV. */
export class CsvFault {
  constructor(
    readonly reason: string,
    /** Counted from 0. */
    readonly column: number,
  ) {}
}

const CARRIAGE_RETURN = 'an unquoted value contains a carriage return (CR); lines must end with LF or CRLF';

/** Reads a row with quotes or escapes from an index on. Returns null if the end of the row is missing. */
export function readRow(text: string, start: number, marks: CsvMarks): ReadRow | CsvFault | null {
  const values: string[] = [];
  let isAnyQuoted = false;
  for (let at = start; ;) {
    const isQuoted = marks.quote !== null && text.startsWith(marks.quote, at);
    const value = isQuoted ? readQuoted(text, at, marks, marks.quote) : readBare(text, at, marks);
    if (value === null) return null;
    if (typeof value.text !== 'string') return new CsvFault(value.text.reason, values.length);
    values.push(value.text);
    isAnyQuoted ||= isQuoted;
    at = value.end;
    if (text.charCodeAt(at) === 0x0d) {
      // Only a line break can follow. It may be in the next chunk.
      if (at + 1 === text.length) return null;
      if (text.charCodeAt(at + 1) !== 0x0a) return new CsvFault(CARRIAGE_RETURN, values.length - 1);
      at++;
    }
    if (text.charCodeAt(at) === 0x0a) return { values, isQuoted: isAnyQuoted, next: at + 1 };
    if (at + marks.separator.length > text.length) return null;
    if (!text.startsWith(marks.separator, at))
      return new CsvFault('text follows a closing quote', values.length - 1);
    at += marks.separator.length;
  }
}

/** The fault of a line without quotes and escapes that contains a carriage return. */
export function strayReturn(line: string, separator: string): CsvFault {
  const column = line.slice(0, line.indexOf('\r')).split(separator).length - 1;
  return new CsvFault(CARRIAGE_RETURN, column);
}

interface Value {
  readonly text: string | { readonly reason: string };
  readonly end: number;
}

function readQuoted(text: string, open: number, { escape }: CsvMarks, quote: string): Value | null {
  let value = '';
  for (let from = open + quote.length; ;) {
    const close = text.indexOf(quote, from);
    const escaped = escape === null ? -1 : text.indexOf(escape, from);
    if (escape !== null && escaped >= 0 && (close < 0 || escaped < close)) {
      const end = characterEnd(text, escaped + escape.length);
      if (end > text.length) return null;
      value += text.slice(from, escaped) + text.slice(escaped + escape.length, end);
      from = end;
      continue;
    }
    if (close < 0) return null;
    // A quote at the end of the text may be the first half of a doubled quote.
    const following = text.slice(close + quote.length, close + 2 * quote.length);
    if (following.length < quote.length && quote.startsWith(following)) return null;
    value += text.slice(from, close);
    from = close + quote.length;
    if (!text.startsWith(quote, from)) return { text: value, end: from };
    value += quote;
    from += quote.length;
  }
}

/** The end of the UTF-8 character at an index. */
function characterEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (Number.isNaN(first)) return text.length + 1;
  return at + (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
}

const QUOTE_INSIDE =
  'an unquoted value contains a quote; quote the value and double the quote, or set {"quoting": 3} in reader_options if quotes have no special meaning';

function readBare(text: string, start: number, { separator, quote, escape }: CsvMarks): Value | null {
  const [separatorCode, quoteCode, escapeCode] = [codeOf(separator), codeOf(quote), codeOf(escape)];
  let value = '';
  let from = start;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || (code === separatorCode && text.startsWith(separator, at)))
      return { text: value + text.slice(from, at), end: at };
    if (code === 0x0d) {
      if (at + 1 === text.length) return null;
      const isLineEnd = text.charCodeAt(at + 1) === 0x0a;
      return { text: isLineEnd ? value + text.slice(from, at) : { reason: CARRIAGE_RETURN }, end: at };
    }
    if (quote !== null && code === quoteCode && text.startsWith(quote, at))
      return { text: { reason: QUOTE_INSIDE }, end: at };
    if (escape !== null && code === escapeCode && text.startsWith(escape, at)) {
      const end = characterEnd(text, at + escape.length);
      if (end > text.length) return null;
      value += text.slice(from, at) + text.slice(at + escape.length, end);
      from = end;
      at = end - 1;
    }
  }
  return null;
}

function codeOf(mark: string | null): number {
  return mark === null ? -1 : mark.charCodeAt(0);
}
