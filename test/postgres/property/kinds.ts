import { escapeLiteral } from 'pg';
import type { SeededRandom } from '../../support/random';

/** A value as SQL, and its JSON in a record. */
export interface Cell {
  readonly sql: string;
  readonly json: string;
}

export const NULL_CELL: Cell = { sql: 'NULL', json: 'null' };

const cell = (text: string, json = JSON.stringify(text)): Cell => ({ sql: escapeLiteral(text), json });
const number = (text: string): Cell => cell(text, text);

/** A column type with possible values. */
export interface Kind {
  readonly type: string;
  value(random: SeededRandom): Cell;
}

const TEXT_UNITS = [
  'a',
  'A',
  ' ',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '\r',
  'é',
  'ß',
  '漢',
  '😀',
  '\u2028',
  ',',
  '$1',
  '{',
  '}',
  '%',
  '0',
  'null',
];

export function oddText(random: SeededRandom, most: number): string {
  return Array.from({ length: random.below(most + 1) }, () => random.pick(TEXT_UNITS)).join('');
}

const from = (type: string, ...cells: readonly Cell[]): Kind => ({
  type,
  value: (random) => random.pick(cells),
});

/** Types of columns that are neither a key nor a cursor. */
export const KINDS: readonly Kind[] = [
  {
    type: 'bigint',
    value: (random) => number(String(BigInt(random.below(2 ** 32)) * 4_294_967_291n - 2n ** 63n)),
  },
  from('integer', number('0'), number('-2147483648'), number('7')),
  from(
    'numeric',
    number('1.0'),
    number('1.00'),
    number('12345678901234567890.123456789012345'),
    number('-0.000000000000000001'),
    cell('NaN'),
  ),
  from(
    'double precision',
    number('0.1'),
    number('5e-324'),
    number('-0'),
    number('123456789.12345679'),
    cell('Infinity'),
  ),
  from('boolean', { sql: 'true', json: 'true' }, { sql: 'false', json: 'false' }),
  { type: 'text', value: (random) => cell(oddText(random, 12)) },
  { type: 'varchar', value: (random) => cell(oddText(random, 3)) },
  from('char(4)', cell('ab', '"ab  "'), cell('', '"    "')),
  from('bytea', cell('\\x00ff27'), cell('\\x')),
  from('uuid', cell('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')),
  from('date', cell('2026-02-28'), cell('0044-03-15 BC'), cell('infinity')),
  from('timestamp', cell('2026-02-28 01:02:03.5', '"2026-02-28T01:02:03.5"'), cell('-infinity')),
  from(
    'timestamptz',
    cell('2026-02-28 01:02:03.123456+05:30', '"2026-02-27T19:32:03.123456+00:00"'),
    cell('10000-01-01 00:00+00', '"10000-01-01T00:00:00+00:00"'),
  ),
  from('interval', cell('1 day', '"P1D"'), cell('24 hours', '"PT24H"')),
  from(
    'jsonb',
    cell('{"b": [1.10, null], "a": "x\\"y"}', '{"b":[1.10,null],"a":"x\\"y"}'),
    cell('[]', '[]'),
    cell('"text"', '"text"'),
    cell('9007199254740993', '9007199254740993'),
  ),
  from('json', cell('{"a":\n1}', '{"a":1}'), cell('[1,"b"]', '[1,"b"]')),
  from('text[]', cell('{a,NULL,"q\\"q"}', '["a",null,"q\\"q"]'), cell('{}', '[]')),
  from('mood', cell('sad'), cell("it's ok")),
  from('inet', cell('10.0.0.1/8'), cell('::1')),
];

/** A key type: the value for a number, in one of its possible texts. */
export interface KeyKind {
  readonly type: string;
  key(id: number, spelling: boolean): Cell;
}

const day = (days: number): string => new Date(Date.UTC(2000, 0, 1 + days)).toISOString().slice(0, 10);

export const KEY_KINDS: readonly KeyKind[] = [
  { type: 'bigint', key: (id) => number(String(9_007_199_254_740_992n + BigInt(id))) },
  { type: 'integer', key: (id) => number(String(-id)) },
  { type: 'numeric', key: (id, spelling) => number(`${id}.5${spelling ? '' : '0'}`) },
  {
    type: 'double precision',
    key: (id, spelling) => number(id === 0 ? (spelling ? '0' : '-0') : `${id}.25`),
  },
  { type: 'text', key: (id) => cell(`${id % 2 === 0 ? 'k' : 'K'}\\"${id >> 1}'é`) },
  { type: 'char(8)', key: (id) => cell(`${id}`, JSON.stringify(`${id}`.padEnd(8))) },
  { type: 'uuid', key: (id) => cell(`a0eebc99-9c0b-4ef8-bb6d-${String(id).padStart(12, '0')}`) },
  { type: 'date', key: (id) => cell(day(id)) },
  {
    type: 'timestamptz',
    key: (id, spelling) =>
      cell(`${day(id)} ${spelling ? '12:00:00+00' : '17:30:00+05:30'}`, `"${day(id)}T12:00:00+00:00"`),
  },
  { type: 'jsonb', key: (id, spelling) => cell(`{"a": ${id}.0${spelling ? '' : '0'}}`, `{"a":${id}.0}`) },
];

/** A cursor type: its values have the order of the numbers. */
export interface CursorKind {
  readonly type: string;
  at(place: number): Cell;
}

export const CURSOR_KINDS: readonly CursorKind[] = [
  { type: 'bigint', at: (place) => number(String(place - 3)) },
  { type: 'numeric', at: (place) => number(`${place >> 1}.${place % 2 === 0 ? '0' : '50'}`) },
  { type: 'double precision', at: (place) => number(String(place / 8)) },
  { type: 'date', at: (place) => cell(day(place)) },
  { type: 'timestamp', at: (place) => cell(`${day(place)} 00:00:00`, `"${day(place)}T00:00:00"`) },
  {
    type: 'timestamptz',
    at: (place) => {
      const iso = new Date(1_700_000_000_000 + place * 1000).toISOString().slice(0, 19);
      return cell(`${iso}+00`, `"${iso}+00:00"`);
    },
  },
  { type: 'text', at: (place) => cell(`é${String(place).padStart(9, '0')}`) },
  { type: 'interval', at: (place) => cell(`${place} seconds`, JSON.stringify(secondsAsIso(place))) },
];

function secondsAsIso(total: number): string {
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const parts = `${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${seconds === 0 ? '' : `${seconds}S`}`;
  return `PT${parts === '' ? '0S' : parts}`;
}
