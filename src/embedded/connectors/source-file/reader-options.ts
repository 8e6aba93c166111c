import { isObject, parseObject, stringsOf, type JsonObject } from '../../platform/json';
import { configError, type ConnectorError } from '../../protocol/connector';
import { repeatedMember } from '../record-members';
import { ENCODINGS, encodingOf, type Encoding } from './encoding';

/** The format of a CSV file. */
export interface CsvOptions {
  readonly separator: string;
  /** False for the default separator. A header that contains another separator is then refused. */
  readonly isSeparatorGiven: boolean;
  /** Null if quotes have no special meaning. */
  readonly quote: string | null;
  readonly escape: string | null;
  /** The number of rows before the header, or null if there is no header. */
  readonly headerRow: number | null;
  /** Names that replace those of the header. */
  readonly names: readonly string[] | null;
  /** The number of lines at the start of the file that are skipped. */
  readonly skippedLines: number;
  /** The values that mean null. */
  readonly nulls: ReadonlySet<string>;
  /** The character before the fraction of a number. */
  readonly decimal: '.' | ',';
  /** The options as they were sent. Messages repeat them, so that a suggestion can be copied. */
  readonly given: JsonObject;
}

/** The options from `reader_options`, with defaults for the others. */
export interface ReaderOptions {
  readonly encoding: Encoding;
  readonly csv: CsvOptions;
}

/** RFC 4180 with a header. */
export const DEFAULT_CSV: CsvOptions = {
  separator: ',',
  isSeparatorGiven: false,
  quote: '"',
  escape: null,
  headerRow: 0,
  names: null,
  skippedLines: 0,
  nulls: new Set(),
  decimal: '.',
  given: {},
};

/** The default `na_values` of pandas. */
const PANDAS_NULLS =
  ',#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'.split(
    ',',
  );

const CSV_MEMBERS = [
  'sep',
  'delimiter',
  'quotechar',
  'quoting',
  'doublequote',
  'escapechar',
  'header',
  'names',
  'skiprows',
  'encoding',
  'na_values',
  'keep_default_na',
  'dtype',
  'decimal',
];
const MEMBERS = { csv: CSV_MEMBERS, jsonl: ['encoding', 'lines'], parquet: [] } as const;

/** The description of `reader_options` in the specification. */
export const READER_OPTIONS_DESCRIPTION = `Options of pandas as a JSON object in a text. CSV: ${CSV_MEMBERS.join(', ')}. JSON lines: encoding, lines. Other options are refused. Values stay texts unless infer_types is true; a decimal comma needs {"decimal": ","} too. A value is null only if na_values or keep_default_na defines it.`;

/**
 * Parses Airbyte's `reader_options`, which are options of pandas as a JSON text.
 * @param infersTypes whether columns get types
 * @throws ConnectorError config_error with the name of the option
 */
export function parseReaderOptions(
  text: string,
  format: keyof typeof MEMBERS,
  infersTypes = false,
): ReaderOptions {
  const options = text.trim() === '' ? {} : parseObject(text);
  if (options === null) throw wrong('must be a JSON object in a text, such as "{\\"sep\\": \\";\\"}"');
  const repeated = repeatedMember(text);
  if (repeated !== null) throw wrong(`has the member ${JSON.stringify(repeated)} more than once: keep one`);
  const known: readonly string[] = MEMBERS[format];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw wrong(
      `has ${JSON.stringify(unknown)}, which is not supported for ${format}; supported are: ${known.join(', ') || 'none'}`,
    );
  if (infersTypes && options['dtype'] !== undefined)
    throw wrong('has dtype, which contradicts infer_types: remove one of them');
  if (!infersTypes && options['decimal'] === ',')
    throw wrong('has decimal, which needs infer_types: true, since values are texts otherwise');
  if (options['lines'] !== undefined && options['lines'] !== true)
    throw wrong('lines must be true: the format jsonl has one object on each line');
  return { encoding: encodingIn(options), csv: csvOptionsIn(options) };
}

function encodingIn({ encoding }: JsonObject): Encoding {
  if (encoding === undefined || encoding === null) return 'utf-8';
  const known = typeof encoding === 'string' ? encodingOf(encoding) : null;
  if (known === null) throw wrong(`encoding must be one of ${ENCODINGS.join(', ')}`);
  return known;
}

function csvOptionsIn(options: JsonObject): CsvOptions {
  const { sep, delimiter, doublequote, dtype } = options;
  if (sep !== undefined && delimiter !== undefined) throw wrong('has both sep and delimiter: keep one');
  if (doublequote !== undefined && doublequote !== true)
    throw wrong('doublequote must be true; a quote within quotes is doubled, or follows the escapechar');
  if (dtype !== undefined && !['str', 'string', 'object'].some((text) => text === dtype))
    throw wrong('dtype must be "str": every value of a CSV file stays a text');
  const given = sep ?? delimiter;
  const separator = given === undefined ? ',' : separatorOf(given);
  const quote = quoteIn(options);
  const escape = options['escapechar'] == null ? null : characterIn(options, 'escapechar');
  const marks = [separator, quote, escape].filter((mark) => mark !== null);
  if (new Set(marks).size < marks.length) throw wrong('sep, quotechar and escapechar must differ');
  const names = namesIn(options);
  return {
    separator,
    isSeparatorGiven: given !== undefined,
    quote,
    escape,
    headerRow: headerIn(options, names !== null),
    names,
    skippedLines: wholeNumberOf(options['skiprows'] ?? 0, 'skiprows'),
    nulls: nullsIn(options),
    decimal: decimalIn(options, separator),
    given: options,
  };
}

function separatorOf(value: unknown): string {
  // pandas treats the text \t as a pattern for a tab.
  if (value === '\\t') return '\t';
  return oneCharacter(value, 'sep');
}

function quoteIn(options: JsonObject): string | null {
  const { quoting, quotechar } = options;
  // Python's csv.QUOTE_NONE is 3. The other values matter only for writing.
  if (quoting !== undefined && quoting !== 0 && quoting !== 3)
    throw wrong('quoting must be 0 (values may be quoted) or 3 (quotes have no special meaning)');
  if (quoting === 3) return null;
  return quotechar === undefined ? '"' : characterIn(options, 'quotechar');
}

function decimalIn({ decimal }: JsonObject, separator: string): '.' | ',' {
  if (decimal === undefined || decimal === '.') return '.';
  if (decimal !== ',') throw wrong('decimal must be "." or ","');
  if (separator === ',') throw wrong('decimal and sep must differ; set sep, for example to ";"');
  return ',';
}

function characterIn(options: JsonObject, name: string): string {
  return oneCharacter(options[name], name);
}

function oneCharacter(value: unknown, name: string): string {
  if (typeof value !== 'string' || Array.from(value).length !== 1 || /[\r\n\0\ufeff]|\p{Cs}/u.test(value))
    throw wrong(`${name} must be one character, and not a line break`);
  return value;
}

function headerIn({ header }: JsonObject, hasNames: boolean): number | null {
  if (header === null) return null;
  // As in pandas, names without header mean that the file has no header.
  if (header === undefined || header === 'infer') return hasNames ? null : 0;
  return wholeNumberOf(header, 'header', ' or null');
}

function wholeNumberOf(value: unknown, name: string, more = ''): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw wrong(`${name} must be a whole number from 0${more}`);
  return value;
}

function namesIn({ names }: JsonObject): readonly string[] | null {
  if (names === undefined || names === null) return null;
  if (!Array.isArray(names) || names.length === 0) throw wrong('names must be a list of texts');
  const texts = stringsOf(names).filter((name) => name !== '' && !name.includes('\0'));
  if (texts.length < names.length) throw wrong('names must be a list of texts, none of them empty');
  if (new Set(texts).size < texts.length) throw wrong('names must not have the same name twice');
  return texts;
}

function nullsIn(options: JsonObject): ReadonlySet<string> {
  const { na_values: values, keep_default_na: keepsDefault } = options;
  if (keepsDefault !== undefined && typeof keepsDefault !== 'boolean')
    throw wrong('keep_default_na must be true or false');
  if (isObject(values))
    throw wrong('na_values must be a text or a list of texts; values for each column are not supported');
  const listed: unknown[] = values === undefined || values === null ? [] : [values].flat();
  const texts = listed.filter((value) => typeof value === 'string');
  if (texts.length < listed.length) throw wrong('na_values must be a text or a list of texts');
  return new Set([...(keepsDefault === true ? PANDAS_NULLS : []), ...texts]);
}

function wrong(reason: string): ConnectorError {
  return configError(`reader_options ${reason}.`);
}
