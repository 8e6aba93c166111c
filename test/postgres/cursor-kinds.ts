/** Three values for each column type in the type's order, which often differs from the order of their texts. */
export const CURSOR_KINDS: readonly (readonly [
  name: string,
  type: string,
  first: string,
  second: string,
  third: string,
])[] = [
  ['bigint', 'bigint', '9', '10', '9007199254740993'],
  ['numeric', 'numeric', '9.9999999999999999999', '10', 'NaN'],
  ['double', 'double precision', '9', '10.1', 'Infinity'],
  ['real', 'real', '-0.1', '1e-7', '3.4e38'],
  ['domain over a domain', 'version_no', '9', '10', '100'],
  ['domain over text', 'label', 'B', 'a', 'b'],
  ['money', 'money', '$9.00', '$10.00', '$1,000.00'],
  ['enum', 'lvl', 'new', 'done', 'archived'],
  ['enum named like a time', 'timestamp_kind', 'z', 'a', 'm'],
  ['inet', 'inet', '9.0.0.1', '10.0.0.1/8', '10.0.0.1'],
  ['cidr', 'cidr', '9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/16'],
  ['macaddr', 'macaddr', '08:00:2b:01:02:03', '08:00:2b:01:02:04', '0a:00:2b:01:02:03'],
  ['interval', 'interval', '-1 mon 2 days -03:04:05.6', '9 days', '10 days'],
  ['oid', 'oid', '9', '10', '4294967295'],
  ['xid8', 'xid8', '9', '10', '18446744073709551615'],
  ['pg_lsn', 'pg_lsn', '9/0', 'A/0', '10/0'],
  ['timetz', 'timetz', '09:00:00+02', '09:00:00+00', '08:00:00-10'],
  ['time', 'time', '09:00', '10:00', '24:00:00'],
  ['date', 'date', '0044-03-15 BC', '9999-12-31', '10000-01-01'],
  ['endless date', 'date', '-infinity', '2026-01-01', 'infinity'],
  [
    'timestamptz',
    'timestamptz',
    '0044-03-15 12:00+00 BC',
    '9999-12-31 23:59:59.999999+00',
    '10000-01-01 00:00+00',
  ],
  ['timestamp', 'timestamp', '-infinity', '2026-01-01 00:00:00.000001', 'infinity'],
  ['int8range', 'int8range', '[9,20)', '[10,20)', '[10,)'],
  [
    'tstzrange',
    'tstzrange',
    'empty',
    '["2026-01-01 00:00+01","2026-01-02 00:00+01")',
    '["2026-01-02 00:00+00",)',
  ],
  ['datemultirange', 'datemultirange', '{}', '{[9998-01-01,9999-01-01)}', '{[10000-01-01,10001-01-01)}'],
  ['ICU text', 'text COLLATE "en-x-icu"', 'a', 'B', 'c'],
  ['text', 'text', `it's`, `it\\'; COMMIT; DROP TABLE x; --`, 'z\n"%$$'],
  ['varchar', 'varchar(20)', '10', '9', 'a'],
  ['char', 'char(5)', 'a', 'ab', 'b'],
  ['internal char', '"char"', 'A', 'a', 'b'],
  ['name', 'name', 'A', 'a', 'b'],
  ['citext', 'extras.citext', 'A', 'b', 'C'],
  [
    'uuid',
    'uuid',
    '00000000-0000-0000-0000-000000000009',
    '0a000000-0000-0000-0000-000000000000',
    'ff000000-0000-0000-0000-000000000000',
  ],
  ['bytea', 'bytea', '\\x', '\\x00', '\\xff'],
  ['bits', 'bit varying', '0', '01', '1'],
  ['jsonb', 'jsonb', '"a"', '9', '10'],
  ['int array', 'int[]', '{9}', '{10}', '[0:1]={10,NULL}'],
  ['array of domains', 'version_no[]', '{9}', '{10}', '{10,1}'],
  ['enum array', 'lvl[]', '{new}', '{done}', '{done,new}'],
  ['tsvector', 'tsvector', '', `'b':1`, `'b':1 'c':2`],
];

/** The types and domains that the column types need. */
export const CURSOR_TYPES = `CREATE SCHEMA extras; CREATE EXTENSION citext SCHEMA extras;
       CREATE DOMAIN number_like AS bigint; CREATE DOMAIN version_no AS number_like CHECK (VALUE > 0);
       CREATE DOMAIN label AS text COLLATE "C"; CREATE TYPE lvl AS ENUM ('new', 'done', 'archived');
       CREATE TYPE timestamp_kind AS ENUM ('z', 'a', 'm'); CREATE TYPE pair AS (a int, b text);`;

/** The name of a type for a cast. */
export function uncollated(type: string): string {
  return type.replace(/ COLLATE.*/, '');
}
