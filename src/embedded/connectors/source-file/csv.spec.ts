import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import { CsvReader } from './csv';

function read(file: string, pieceLength = Number.MAX_SAFE_INTEGER): unknown[] {
  const reader = new CsvReader();
  const bytes = toBytes(file);
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength)
    rows.push(...reader.push(bytes.slice(at, at + pieceLength)));
  rows.push(...reader.end());
  return rows.map((row) => JSON.parse(fromBytes(row)) as unknown);
}

/** Values with everything that CSV makes hard. */
const value = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', '😀', '"', ',', '\n', '\t', '\\', ' ', '0', '\u0001'),
  maxLength: 6,
});

function quote(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

describe('reading CSV', () => {
  it('gives what csv-parse gives, wherever the file is cut into pieces', () => {
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

  it('leaves every value as it stands', () => {
    expect(read('id,price,zip,note\n9007199254740993,1.10,00420,\n')).toEqual([
      { id: '9007199254740993', price: '1.10', zip: '00420', note: '' },
    ]);
  });

  it('takes an empty line for a row only where rows have one value', () => {
    expect(read('a\n1\n\n2\n')).toEqual([{ a: '1' }, { a: '' }, { a: '2' }]);
    expect(read('a,b\n1,2\n\n3,4\n')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  it('takes no more of a file than 64 MiB for one row', () => {
    const reader = new CsvReader();
    const unclosed = `a\n1\n"${'x,\n'.repeat(23 * 1024 * 1024)}`;
    expect(() => reader.push(unclosed)).toThrow(
      'Row 2 of the CSV file is wrong: it is longer than 64 MiB; is a quote opened and never closed?',
    );
  });

  it.each([
    ['a,b\n1\n', 'Row 1 of the CSV file is wrong: it has 1 values where the header has 2 names.'],
    ['a,b\n1,2\n1,2,3\n', 'Row 2 of the CSV file is wrong: it has 3 values where the header has 2 names.'],
    ['a,b\n"1,2\n', 'a quote is opened and never closed'],
    ['a,b\n"1"x,2\n', 'text follows a closing quote'],
    ['a,b\n1"x,2\n', 'a quote stands inside an unquoted value'],
    ['a,a\n1,2\n', 'names "a" twice'],
    ['a,b\r1,2\r', 'LF or CRLF'],
  ])('refuses %j rather than guess', (file, reason) => {
    expect(() => read(file)).toThrow(reason);
  });
});
