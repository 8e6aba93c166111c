import fc from 'fast-check';
import { toBytes } from '../../protocol/message-writer';
import { KindInference, kindsOf } from './column-kinds';
import { CsvReader } from './csv';
import { DEFAULT_CSV, parseReaderOptions } from './reader-options';
import { eachRow } from './row-sink';

const typesOf = (values: readonly string[]): unknown => {
  const inference = new KindInference((value) => value === 'NA');
  for (const value of values) inference.add(['c'], [value]);
  return inference.schemas()[0]?.[1];
};
const TEXT = { type: ['null', 'string'] };
const typed = (type: string): object => ({ type: ['null', type] });
const time = (kind: string): object => ({ ...TEXT, format: 'date-time', airbyte_type: `timestamp_${kind}` });

describe('the type of a column', () => {
  it.each([
    [['0', '-1', '123456789012345678', ''], typed('integer')],
    [['1', '2.50', '-0.125'], typed('number')],
    [['true', 'false', 'NA'], typed('boolean')],
    [['2026-01-31', '2024-02-29'], { ...TEXT, format: 'date' }],
    [['2026-01-31T23:59', '2026-01-31 00:00:00.123456'], time('without_timezone')],
    [['2026-01-31T23:59:00Z', '2026-01-31 00:00:00+0530'], time('with_timezone')],
  ])('of the values %j is found', (values, schema) => {
    expect(typesOf(values)).toEqual(schema);
  });

  it.each([
    [['007']],
    [['1', '01067']],
    [['+1']],
    [['1e5']],
    [['-0']],
    [['-0.0']],
    [['1,5']],
    [['1 000']],
    [[' 1']],
    [['.5']],
    [['1234567890123456789']],
    [['0x10']],
    [['Infinity']],
    [['NaN']],
    [['True']],
    [['yes']],
    [['1', 'true']],
    [['2026-02-30']],
    [['31.01.2026']],
    [['2026-01-31', '2026-01-31T10:00']],
    [['2026-01-31T10:00', '2026-01-31T10:00Z']],
    [['', 'NA']],
    [[]],
  ])('of the values %j is text', (values) => {
    expect(typesOf(['', ...values])).toEqual(TEXT);
  });

  it('never changes a value', () => {
    const value = fc.oneof(
      fc.string({
        unit: fc.constantFrom('0', '1', '9', '-', '+', '.', 'e', ' ', 'T', ':', 'Z'),
        maxLength: 8,
      }),
      fc.double().map(String),
      fc.bigInt().map(String),
      fc.constantFrom('true', 'false', '2026-01-31', '2026-01-31T10:00:00Z', '007', ''),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const inference = new KindInference(() => false);
        for (const one of values) inference.add(['c', 'd'], [one, 'x']);
        const properties = Object.fromEntries(inference.schemas());
        const rows: string[] = [];
        const sink = eachRow((row) => void rows.push(row.toString('utf8')));
        new CsvReader('/local/d.csv', DEFAULT_CSV, sink, { kinds: kindsOf({ properties }) }).push(
          toBytes(`c,d\n${values.map((one) => `${one},x\n`).join('')}`),
        );
        for (const [index, row] of rows.entries()) {
          const [, text = ''] = /^\{"c":(.*),"d":"x"\}$/.exec(row) ?? [];
          const shown = text.startsWith('"') ? text.slice(1, -1) : text;
          // An empty value of a typed column is null.
          expect(shown === 'null' ? '' : shown).toBe(values[index]);
          expect(() => JSON.parse(row) as unknown).not.toThrow();
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a typed column', () => {
  const kinds = kindsOf({
    properties: {
      größe: typed('integer'),
      ok: typed('boolean'),
      at: { ...TEXT, format: 'date' },
      mixed: { type: ['integer', 'string'] },
    },
  });
  const read = (text: string, options = DEFAULT_CSV): unknown[] => {
    const rows: unknown[] = [];
    const sink = eachRow((row) => void rows.push(JSON.parse(row.toString('utf8'))));
    new CsvReader('/local/d.csv', options, sink, { kinds }).push(toBytes(text));
    return rows;
  };

  it('has values of its type, quoted or not, and other columns have texts', () => {
    expect(read('ok,größe,at,mixed,new\ntrue,"1",2026-01-31,7,8\n,,,,\n')).toEqual([
      { ok: true, größe: 1, at: '2026-01-31', mixed: '7', new: '8' },
      { ok: null, größe: null, at: null, mixed: '', new: '' },
    ]);
  });

  it('has null for the values that mean null', () => {
    const options = parseReaderOptions('{"na_values":["-"]}', 'csv').csv;
    expect(read('größe,new\n-,-\n', options)).toEqual([{ größe: null, new: null }]);
  });

  it('of numbers with a decimal comma has numbers, and a decimal point makes it a text', () => {
    const { csv } = parseReaderOptions('{"sep":";","decimal":","}', 'csv', true);
    const inference = new KindInference(() => false, csv.decimal);
    inference.add(['price', 'no', 'mixed'], ['1234,50', '7', '1,5']);
    inference.add(['price', 'no', 'mixed'], ['-3', '8', '1.5']);
    const properties = Object.fromEntries(inference.schemas());
    expect(properties).toEqual({ price: typed('number'), no: typed('integer'), mixed: TEXT });
    const rows: string[] = [];
    const sink = eachRow((row) => void rows.push(row.toString('utf8')));
    const reader = new CsvReader('/local/d.csv', csv, sink, { kinds: kindsOf({ properties }) });
    reader.push('price;no;mixed\n1234,50;7;1,5\n');
    expect(rows).toEqual(['{"price":1234.50,"no":7,"mixed":"1,5"}']);
    expect(() => {
      reader.push('1.5;7;x\n');
    }).toThrow('in column 1 ("price") the value is not a number');
  });

  it.each([
    ['{"sep":";","decimal":"·"}', 'decimal must be "." or ","'],
    ['{"decimal":","}', 'decimal and sep must differ'],
  ])('is refused with the options %s', (options, reason) => {
    expect(() => parseReaderOptions(options, 'csv', true)).toThrow(reason);
  });

  it('refuses a value of another form with its row, its line and its column', () => {
    expect(() => read('größe,ok\n1,true\n\n007,true\n')).toThrow(
      'Row 2 (line 4) of /local/d.csv is wrong: in column 1 ("größe") the value is not a whole number',
    );
  });
});
