import { gzipSync } from 'node:zlib';

/** One small file and its reader options. An independent reader supplies the expected rows. */
export interface CorpusFile {
  readonly name: string;
  readonly format: 'csv' | 'jsonl';
  /** The name in /local. The extension .gz selects gzip. */
  readonly fileName: string;
  readonly bytes: Buffer;
  /** The source's reader_options as an object. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The expected rows, as texts in column order, if no independent reader supports the options. */
  readonly rows?: readonly (readonly string[])[];
}

const VALUES = [
  'plain',
  '',
  ' ',
  ' padded ',
  '00420',
  '0',
  '-0',
  '1.0',
  '1e5',
  '12345678901234567890.123456789',
  'true',
  'off',
  'NULL',
  'NaN',
  'yesterday',
  '2026-01-15',
  '2026-01-15T02:00:00.123456789+05:30',
  "it's",
  'a"b',
  'a,b',
  'a;b|c\td',
  'line\nbreak',
  'line\r\nbreak',
  '\\backslash\\n',
  '\\.',
  '$$ $1 %s %',
  '=1+1',
  'é ü ß',
  '日本語 🎉',
  '\u200b\ufeff',
  '{"json": [1, 2]}',
  "'; DROP TABLE x; --",
  'x'.repeat(5000),
];

const NAMES = [
  'plain',
  'Upper',
  'with space',
  'quote"d',
  "single'd",
  'back\\slash',
  'dollar$$',
  'percent%s',
  'brace{0}',
  'dot.ted',
  '$.path',
  'select',
  'order',
  'ctid',
  'xmin',
  'oid',
  '_airbyte_data',
  '_airbyte_order',
  'é ü',
  '日本語',
  '🎉',
  'tab\tbed',
  'line\nbreak',
  'x'.repeat(60),
  '__proto__',
  'constructor',
  '1',
  '-',
  '?',
  ':name',
  '$1',
];

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = (name: string, text: string | Buffer, more: Partial<CorpusFile> = {}): CorpusFile => ({
  name,
  format: 'csv',
  fileName: 'in.csv',
  bytes: Buffer.from(text),
  ...more,
});
const jsonl = (name: string, text: string | Buffer, more: Partial<CorpusFile> = {}): CorpusFile => ({
  name,
  format: 'jsonl',
  fileName: 'in.jsonl',
  bytes: Buffer.from(text),
  ...more,
});

const SIMPLE = 'id,v\n1,a\n2,b\n';

function csvFiles(): CorpusFile[] {
  return [
    ...VALUES.map((value, index) => csv(`a CSV value ${index}`, `id,v\n1,${quoted(value)}\n2,after\n`)),
    ...VALUES.filter((value) => !/[",\r\n]/.test(value) && value.trim() === value && value !== '').map(
      (value, index) => csv(`a bare CSV value ${index}`, `id,v\n1,${value}\n2,after\n`),
    ),
    ...NAMES.map((name) =>
      csv(`a CSV column named ${JSON.stringify(name).slice(0, 40)}`, `id,${quoted(name)}\n1,a\n2,b\n`),
    ),
    csv('columns that differ in case', 'id,Id,ID\n1,2,3\n4,5,6\n'),
    csv('no line break at the end', 'id,v\n1,a\n2,b'),
    csv('CRLF', 'id,v\r\n1,a\r\n2,b\r\n'),
    csv('CRLF in a quoted header', '"Order\r\nNumber",qty\r\n1,2\r\n'),
    csv('CR alone', 'id,v\r1,a\r2,b\r'),
    csv('one column with CR alone', 'id\r1\r2\r'),
    csv('a byte order mark', `\ufeff${SIMPLE}`),
    csv('a blank line', 'id,v\n1,a\n\n2,b\n'),
    csv('a blank line in one column', 'v\na\n\nb\n'),
    csv('a row with too few values', 'id,v\n1\n'),
    csv('a row with too many values', 'id,v\n1,a,b\n'),
    csv('a quote that is not closed', 'id,v\n1,"a\n'),
    csv('text after a closing quote', 'id,v\n1,"a"b\n'),
    csv('a column without a name', ',v\n0,x\n1,y\n'),
    csv('a comma at the end of the header', 'id,v,\n1,a,\n'),
    csv('a column twice', 'id,v,v\n1,a,b\n'),
    csv('NUL in a value', 'id,v\n1,a\0b\n'),
    csv('NUL in a name', 'id,v\0w\n1,a\n'),
    csv('bytes that are not UTF-8', Buffer.from([0x69, 0x64, 0x2c, 0x76, 10, 0x31, 0x2c, 0xe9, 10])),
    csv('semicolons', 'id;v\n1;a\n2;b\n'),
    csv('tabs', 'id\tv\n1\ta\n2\tb\n'),
    csv('no byte', ''),
    csv('a header alone', 'id,v\n'),
    csv('a long name', `id,${'n'.repeat(70)}\n1,a\n`),
    csv('two long names that begin alike', `${'n'.repeat(65)}a,${'n'.repeat(65)}b\n1,2\n`),
    csv(
      'many columns',
      `${Array.from({ length: 300 }, (_, i) => `c${i}`).join(',')}\n${Array.from({ length: 300 }, (_, i) => i).join(',')}\n`,
    ),
    csv(
      'more columns than Postgres takes',
      `${Array.from({ length: 1700 }, (_, i) => `c${i}`).join(',')}\n${Array.from({ length: 1700 }, () => 'v').join(',')}\n`,
    ),
    csv('gzip', gzipSync(SIMPLE), { fileName: 'in.csv.gz' }),
    csv('gzip in capitals', gzipSync(SIMPLE), { fileName: 'IN.CSV.GZ' }),
    csv('gzip of two members', Buffer.concat([gzipSync('id,v\n1,a\n'), gzipSync('2,b\n')]), {
      fileName: 'in.csv.gz',
    }),
    csv('gzip that is cut off', gzipSync(SIMPLE).subarray(0, 20), { fileName: 'in.csv.gz' }),
    csv('gzip and then something else', Buffer.concat([gzipSync(SIMPLE), Buffer.from('more')]), {
      fileName: 'in.csv.gz',
    }),
    csv('a name of gzip alone', SIMPLE, { fileName: 'in.csv.gz' }),
    csv('semicolons by option', 'id;v\n1;a,b\n2;c\n', {
      options: { sep: ';' },
      rows: [
        ['1', 'a,b'],
        ['2', 'c'],
      ],
    }),
    csv('no header by option', '1,x\n2,y\n', {
      options: { header: null, names: ['id', 'n'] },
      rows: [
        ['1', 'x'],
        ['2', 'y'],
      ],
    }),
    csv('skipped rows by option', 'exported\nat noon\nid,v\n1,a\n', {
      options: { skiprows: 2 },
      rows: [['1', 'a']],
    }),
    csv('Latin-1 by option', Buffer.from('id,v\n1,caf\u00e9\n', 'latin1'), {
      options: { encoding: 'iso-8859-1' },
      rows: [['1', 'café']],
    }),
    csv('UTF-16 by option', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SIMPLE, 'utf16le')]), {
      options: { encoding: 'utf-16' },
      rows: [
        ['1', 'a'],
        ['2', 'b'],
      ],
    }),
    csv('an option that is not known', SIMPLE, { options: { thousands: ',' } }),
  ];
}

const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '1.0',
  '1.10',
  '0.1',
  '1e5',
  '1E-7',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1234567890123456789',
  '1234567890.12345678901e1',
  '1e308',
  '1e400',
  '-1e-400',
  '99999999999999.9999',
];
const JSON_VALUES = [
  'null',
  'true',
  'false',
  '""',
  '"00420"',
  '" 7"',
  '"off"',
  '"1e5"',
  '"null"',
  '"a\\u0041\\n\\"\\\\\\/"',
  '"\\ud83c\\udf89"',
  '"\u00e9\u65e5"',
  '[]',
  '{}',
  '[1, "a", null, [2.50]]',
  '{"a": {"b": [1.0, {"c": "d"}]}}',
  '{"b": 1, "a": 2}',
  '"2026-01-15"',
  '"2026-01-15T02:00:00Z"',
  '"10000-01-01T00:00:00Z"',
];

function jsonFiles(): CorpusFile[] {
  return [
    ...NUMBERS.map((number) =>
      jsonl(`the number ${number}`, `{"id": 1, "n": ${number}}\n{"id": 2, "n": 5}\n`),
    ),
    ...JSON_VALUES.map((value) =>
      jsonl(`the JSON value ${value.slice(0, 30)}`, `{"id": 1, "v": ${value}}\n{"id": 2, "v": ${value}}\n`),
    ),
    ...NAMES.map((name) =>
      jsonl(
        `a member named ${JSON.stringify(name).slice(0, 40)}`,
        `{"id": 1, ${JSON.stringify(name)}: "a"}\n{"id": 2, ${JSON.stringify(name)}: "b"}\n`,
      ),
    ),
    jsonl('members that some rows lack', '{"id": 1, "a": 1}\n{"id": 2, "b": "x"}\n{"id": 3}\n'),
    jsonl('a name in two spellings', '{"id": 1, "stra\\u00dfe": "A"}\n{"id": 2, "straße": "B"}\n'),
    jsonl('escaped slashes in a name', '{"id": 1, "url\\/x": 1}\n{"id": 2, "url/x": 2}\n'),
    jsonl(
      'numbers and texts in one column',
      '{"id": 1, "v": 1}\n{"id": 2, "v": "one"}\n{"id": 3, "v": "1"}\n',
    ),
    jsonl(
      'booleans and objects in one column',
      '{"id": 1, "v": true}\n{"id": 2, "v": {"a": 1}}\n{"id": 3, "v": [true]}\n',
    ),
    jsonl('integers and decimals in one column', '{"id": 1, "v": 1}\n{"id": 2, "v": 1.5}\n'),
    jsonl('a member twice', '{"id": 1, "a": 1, "a": 2}\n'),
    jsonl('a member twice by escapes', '{"id": 1, "a": 1, "\\u0061": 2}\n'),
    jsonl('half a surrogate', '{"id": 1, "v": "\\ud800"}\n'),
    jsonl('NUL in a text', '{"id": 1, "v": "a\\u0000b"}\n{"id": 2, "v": "c"}\n'),
    jsonl('1,500 levels', `{"id": 1, "v": ${'['.repeat(1500)}${']'.repeat(1500)}}\n`),
    jsonl('500 levels', `{"id": 1, "v": ${'['.repeat(500)}${']'.repeat(500)}}\n`),
    jsonl('CRLF and blank lines', '{"id": 1, "v": "a"}\r\n\r\n{"id": 2, "v": "b"}\r\n'),
    jsonl('an array in place of an object', '[1, 2]\n'),
    jsonl('a broken line', '{"id": 1}\n{"id": 2\n'),
    jsonl('NaN', '{"id": 1, "v": NaN}\n'),
    jsonl('a byte order mark', '\ufeff{"id": 1, "v": "a"}\n'),
    jsonl('members that differ in case', '{"Id": 1, "id": 2}\n{"id": 3, "Id": 4}\n'),
    jsonl(
      'keys with quotes and backslashes',
      '{"id": 1, "my\\"id": "a", "a\\\\b": "c"}\n{"id": 2, "my\\"id": "d", "a\\\\b": "e"}\n',
    ),
    jsonl('a long text', `{"id": 1, "v": "${'lorem '.repeat(20_000)}"}\n`),
    jsonl('gzip', gzipSync('{"id": 1, "v": "a"}\n'), { fileName: 'in.jsonl.gz' }),
  ];
}

export const CORPUS: readonly CorpusFile[] = [...csvFiles(), ...jsonFiles()];
