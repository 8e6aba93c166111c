import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { toBytes } from '../../protocol/message-writer';
import { CsvReader } from './csv';
import { DEFAULT_CSV, parseReaderOptions } from './reader-options';
import { eachRow } from './row-sink';

function read(file: string, pieceLength = Number.MAX_SAFE_INTEGER, options = DEFAULT_CSV): unknown[] {
  const rows: unknown[] = [];
  const sink = eachRow((row) => void rows.push(JSON.parse(row.toString('utf8'))));
  const reader = new CsvReader('/local/d.csv', options, sink);
  const bytes = toBytes(file);
  for (let at = 0; at < bytes.length; at += pieceLength) reader.push(bytes.slice(at, at + pieceLength));
  reader.end();
  return rows;
}

/** Values with all special characters of CSV. */
const value = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', '😀', '"', ',', '\n', '\t', '\\', ' ', '0', '\u0001'),
  maxLength: 6,
});

function quote(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

describe('reading CSV', () => {
  it('returns the same rows as csv-parse for any division into chunks', () => {
    const table = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (rows, lineBreak, ended, piece) => {
          const lines = rows.map((row) =>
            row
              .map((cell, column) => (column === 0 ? `"${cell.replaceAll('"', '""')}"` : quote(cell)))
              .join(','),
          );
          const file = `x,y,z${lineBreak}${lines.join(lineBreak)}${ended ? lineBreak : ''}`;
          const expected = parse<object>(file, { columns: true, recordDelimiter: lineBreak });
          expect(read(file, piece)).toEqual(expected.map((row) => ({ ...row })));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps every value unchanged', () => {
    expect(read('id,price,zip,note\n9007199254740993,1.10,00420,\n')).toEqual([
      { id: '9007199254740993', price: '1.10', zip: '00420', note: '' },
    ]);
  });

  it('reads an empty line as a row only if rows have one value', () => {
    expect(read('a\n1\n\n2\n')).toEqual([{ a: '1' }, { a: '' }, { a: '2' }]);
    expect(read('a,b\n1,2\n\n3,4\n')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  it('refuses a row of more than 64 MiB', () => {
    const reader = new CsvReader('/local/d.csv', DEFAULT_CSV, eachRow());
    const unclosed = `a\n1\n"${'x,\n'.repeat(23 * 1024 * 1024)}`;
    expect(() => {
      reader.push(unclosed);
    }).toThrow(
      'Row 2 (line 3) of /local/d.csv is wrong: it is longer than 64 MiB, so a closing quote may be missing.',
    );
  });

  it.each([
    ['a,b\n1\n', 'Row 1 (line 2) of /local/d.csv is wrong: it has 1 value where the header has 2.'],
    ['a,b\n1,2\n1,2,3\n', 'Row 2 (line 3) of /local/d.csv is wrong: it has 3 values where the header has 2.'],
    ['a,b\n\n"1\n1",2\n\n1,2,3\n', 'Row 2 (line 6) of /local/d.csv is wrong: it has 3 values'],
    ['a,b\n1,2\n"1,2\n3,4\n', 'Row 2 (line 3) of /local/d.csv is wrong: a closing quote is missing'],
    [
      'a,b\n"1"x,2\n',
      'Row 1 (line 2) of /local/d.csv is wrong: in column 1 ("a") text follows a closing quote',
    ],
    ['a,b\n1,2"x\n', 'in column 2 ("b") an unquoted value contains a quote'],
    ['a,b\n1,2\r3,4\n', 'in column 2 ("b") an unquoted value contains a carriage return (CR)'],
    ['a,b\n"1"\r,2\n', 'in column 1 ("a") an unquoted value contains a carriage return (CR)'],
    ['a,a\n1,2\n', 'The header (line 1) of /local/d.csv is wrong: it has the name "a" twice'],
    ['\n\n"a,b\n1,2\n', 'The header (line 3) of /local/d.csv is wrong: a closing quote is missing'],
    ['a\0,b\n1,2\n', 'the name of column 1 contains the character NUL'],
    ['a,b\r1,2\r', 'LF or CRLF'],
    ['', '/local/d.csv cannot be read: it is empty'],
    ['a;b\n1;2\n', 'set {"sep":";"} in reader_options'],
    ['a\tb\n1\t2\n', 'set {"sep":"\\t"} in reader_options'],
    ['# made by hand\na,b\n1,2\n', 'skiprows in reader_options'],
    [`${'a,'.repeat(10_000)}\n`, 'it has 10001 names, and a stream has at most 10000 columns'],
  ])('refuses %j', (file, reason) => {
    expect(() => read(file)).toThrow(reason);
    expect(() => read(file, 1)).toThrow(reason);
  });

  it('accepts a line break in a quoted name, LF and CRLF', () => {
    expect(read('"Order\r\nNumber","a\nb"\r\n1,2\r\n')).toEqual([{ 'Order\r\nNumber': '1', 'a\nb': '2' }]);
  });

  it('names a column without a name as pandas does', () => {
    expect(read(',a,\n0,x,y\n')).toEqual([{ 'Unnamed: 0': '0', a: 'x', 'Unnamed: 2': 'y' }]);
  });

  it('reads a header with the maximal number of names', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `n${index}`).join(',');
    expect(Object.keys(read(`${names}\n${names}\n`)[0] ?? {})).toHaveLength(10_000);
  });
});

describe('reading CSV with options', () => {
  it.each([
    ['{"sep":";"}', 'a;b\n1;2,5\n', [{ a: '1', b: '2,5' }]],
    ['{"delimiter":"\\t"}', 'a\tb\n1\t2\n', [{ a: '1', b: '2' }]],
    ['{"sep":"§"}', 'a§b\n1§"2§3"\n', [{ a: '1', b: '2§3' }]],
    ['{"sep":","}', 'a;b\n1\n', [{ 'a;b': '1' }]],
    [
      '{"header":null}',
      '1,2\n3,4\n',
      [
        { 0: '1', 1: '2' },
        { 0: '3', 1: '4' },
      ],
    ],
    [
      '{"header":null,"names":["id","n"]}',
      '1,2\n3,4\n',
      [
        { id: '1', n: '2' },
        { id: '3', n: '4' },
      ],
    ],
    ['{"names":["id","n"]}', '1,2\n', [{ id: '1', n: '2' }]],
    ['{"names":["id","n"]}', '', []],
    ['{"header":0,"names":["id","n"]}', 'a,a\n1,2\n', [{ id: '1', n: '2' }]],
    ['{"header":1}', 'title\na,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['{"skiprows":1}', '# it is "mine\na,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['{"quotechar":"\'"}', 'a,b\n\'1,2\',"3"\n', [{ a: '1,2', b: '"3"' }]],
    ['{"quoting":3}', 'a,b\n"1,2"\n', [{ a: '"1', b: '2"' }]],
    ['{"escapechar":"\\\\"}', 'a,b\n"x\\"y",1\\,2\n', [{ a: 'x"y', b: '1,2' }]],
    ['{"escapechar":"\\\\"}', 'a,b\n\n1,"2\n3"\n', [{ a: '1', b: '2\n3' }]],
    [
      '{"na_values":["-",""]}',
      'a,b\n-,NA\n,x\n',
      [
        { a: null, b: 'NA' },
        { a: null, b: 'x' },
      ],
    ],
    ['{"keep_default_na":true}', 'a,b\n"NA",é\n', [{ a: null, b: 'é' }]],
    ['{"dtype":"str"}', 'a\n007\n', [{ a: '007' }]],
  ])('%s', (options, file, rows) => {
    const { csv } = parseReaderOptions(options, 'csv');
    expect(read(file, Number.MAX_SAFE_INTEGER, csv)).toEqual(rows);
    expect(read(file, 1, csv)).toEqual(rows);
  });

  it.each([
    [
      '{"header":99}',
      'a,b\n1,2\n',
      'it ends before its header; lower header (99) or skiprows (0) in reader_options',
    ],
    [
      '{"skiprows":2}',
      'a,b\n1,2\n',
      'it ends before its header; lower header (0) or skiprows (2) in reader_options',
    ],
    ['{"header":99}', '', 'it is empty and has no header'],
  ])('%s refuses the file %j', (options, file, reason) => {
    const { csv } = parseReaderOptions(options, 'csv');
    expect(() => read(file, Number.MAX_SAFE_INTEGER, csv)).toThrow(reason);
    expect(() => read(file, 1, csv)).toThrow(reason);
  });

  it.each([
    ['[]', 'must be a JSON object in a text'],
    ['{"sep":";"', 'must be a JSON object in a text'],
    ['{"seperator":";"}', 'has "seperator", which is not supported for csv; supported are: sep, delimiter'],
    ['{"usecols":["a"]}', 'has "usecols"'],
    ['{"sep":";","sep":","}', 'reader_options has the member "sep" more than once'],
    ['{"sep":";","\\u0073ep":","}', 'reader_options has the member "sep" more than once'],
    ['{"sep":"\\\\s+"}', 'sep must be one character'],
    ['{"sep":"\\n"}', 'sep must be one character'],
    ['{"sep":",","delimiter":";"}', 'both sep and delimiter'],
    ['{"quotechar":""}', 'quotechar must be one character'],
    ['{"sep":"\\""}', 'must differ'],
    ['{"quoting":2}', 'quoting must be 0'],
    ['{"doublequote":false}', 'doublequote must be true'],
    ['{"header":"0"}', 'header must be a whole number from 0 or null'],
    ['{"header":[0,1]}', 'header must be'],
    ['{"names":["a","a"]}', 'the same name twice'],
    ['{"names":"ab"}', 'names must be a list'],
    ['{"names":["a",1]}', 'names must be a list of texts'],
    ['{"skiprows":-1}', 'skiprows must be a whole number'],
    ['{"encoding":"utf-7"}', 'encoding must be one of utf-8, iso-8859-1'],
    ['{"na_values":{"a":""}}', 'na_values must be'],
    ['{"na_values":[1]}', 'na_values must be'],
    ['{"keep_default_na":"no"}', 'keep_default_na must be true or false'],
    ['{"dtype":{"a":"int"}}', 'dtype must be "str"'],
    ['{"sep":";","decimal":","}', 'has decimal, which needs infer_types: true'],
  ])('refuses %s', (options, reason) => {
    expect(() => parseReaderOptions(options, 'csv')).toThrow(reason);
  });

  it.each([
    ['a;b\n1;2\n', '{}', 'it has one name that contains ";"; set {"sep":";"} in reader_options'],
    ['a\tb\n1\t2\n', '{}', 'set {"sep":"\\t"} in reader_options'],
    ['id;price, EUR;qty\n1;2,5;3\n', '{}', 'it has 2 of ";" and 1 of ","; set {"sep":";"}'],
    ['a,b\n1,2\n', '{"sep":";"}', 'it has one name that contains ","; set {"sep":","} in reader_options'],
    ['a|b|c;d\n1|2\n', '{"sep":"\\t"}', 'set {"sep":"|"} in reader_options'],
    ['a;b\n1;2\n', '{"encoding":"latin-1"}', 'set {"encoding":"latin-1","sep":";"} in reader_options'],
    ['a;b\n1;2\n', '{"delimiter":"|","skiprows":0}', 'set {"skiprows":0,"sep":";"} in reader_options'],
    [
      '"a";"b ""c"""\n1;2\n',
      '{}',
      'in column 1 text follows a closing quote; set {"sep":";"} in reader_options, with which it has 2 names',
    ],
    ['a\t"b"\n1\t2\n', '{"sep":";"}', 'set {"sep":"\\t"} in reader_options, with which it has 2 names'],
  ])('refuses %j with the options %s and names the separator', (file, options, reason) => {
    expect(() => read(file, undefined, parseReaderOptions(options, 'csv').csv)).toThrow(reason);
  });

  it.each([
    ['a;b\n1,5;2\n', '{"sep":";"}', [{ a: '1,5', b: '2' }]],
    ['id;price, EUR;qty\n1;2,5;3\n', '{"sep":","}', [{ 'id;price': '1;2', ' EUR;qty': '5;3' }]],
    ['name, first\nA, B\n', '{"sep":";","header":0,"names":["name"]}', [{ name: 'A, B' }]],
    ['x,"a;b;c"\n1,2\n', '{}', [{ x: '1', 'a;b;c': '2' }]],
    ['1,a;b;c\n', '{"header":null}', [{ '0': '1', '1': 'a;b;c' }]],
  ])('accepts %j with the options %s', (file, options, rows) => {
    expect(read(file, undefined, parseReaderOptions(options, 'csv').csv)).toEqual(rows);
  });
});
