import { objectAt } from '../../src/embedded/platform/json';
import { configured, runConnector } from './connector-run';
import { PostgresServer } from './server';

const INTEGER = { type: ['null', 'integer'] };
const NUMBER = { type: ['null', 'number'] };
const STRING = { type: ['null', 'string'] };
const OBJECT = { type: ['null', 'object'] };
const ARRAY = { type: ['null', 'array'] };
const DATE = { ...STRING, format: 'date' };
const LOCAL = { ...STRING, format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const INSTANT = { ...STRING, format: 'date-time', airbyte_type: 'timestamp_with_timezone' };

/** A type, its JSON schema, and values as SQL literals. */
const TYPES: readonly (readonly [type: string, schema: object, ...values: string[]])[] = [
  ['smallint', INTEGER, '-32768', '32767'],
  ['integer', INTEGER, '-2147483648'],
  ['bigint', INTEGER, '9223372036854775807', '9007199254740993'],
  [
    'numeric',
    NUMBER,
    '12345678901234567890.123456789012345678901234567890',
    `'NaN'`,
    `'-Infinity'`,
    '1e400',
    '0.10',
  ],
  ['numeric(20,4)', NUMBER, '99999999999999.9999'],
  ['real', NUMBER, '0.1', '3.4028235e38', `'NaN'`, '-0.0::real'],
  ['double precision', NUMBER, '0.1', '5e-324', '1.7976931348623157e308', `'-Infinity'`],
  ['money', STRING, `'-92233720368547758.08'`, '12.34'],
  ['boolean', { type: ['null', 'boolean'] }, 'true', 'false'],
  ['text', STRING, `''`, `E'a\\r\\n\\t\\u0001"\\\\ 漢字 😀 \\u2028'`, `'null'`, `'0042'`],
  ['varchar(9)', STRING, `'x'`],
  ['char(5)', STRING, `'ab'`],
  ['"char"', STRING, `'a'`],
  ['name', STRING, `'a name'`],
  ['bytea', STRING, `'\\x00ff27'`, `''`],
  ['date', DATE, `'0044-03-15 BC'`, `'5874897-12-31'`, `'infinity'`, `'-infinity'`, `'2026-02-28'`],
  ['time', STRING, `'24:00:00'`, `'23:59:59.999999'`],
  ['timetz', STRING, `'12:00:00.5+05:30'`],
  ['timestamp', LOCAL, `'4713-01-01 00:00:00 BC'`, `'294276-12-31 23:59:59.999999'`, `'infinity'`],
  ['timestamptz', INSTANT, `'2026-03-29 02:30:00.123456+02'`, `'0044-03-15 12:00+00 BC'`, `'-infinity'`],
  ['timestamptz(0)', INSTANT, `'10000-01-01 00:00+00'`],
  ['interval', STRING, `'1 year -2 days 03:04:05.6'`, `'-1 mon'`, `'0'`],
  ['uuid', STRING, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`],
  ['json', OBJECT, `E'{"a":1, "a": 2,\\n "n": 12345678901234567890.10}'`, `'null'`, `'"s"'`, `'1e400'`],
  ['jsonb', OBJECT, `'{"n": 12345678901234567890.123}'`, `'"s"'`, `'[]'`],
  ['xml', STRING, `'<a b="c">&amp;</a>'`],
  ['inet', STRING, `'10.0.0.1/8'`, `'::1'`],
  ['cidr', STRING, `'10.0.0.0/8'`],
  ['macaddr', STRING, `'08:00:2b:01:02:03'`],
  ['bit(3)', STRING, `B'101'`],
  ['bit varying', STRING, `B''`],
  ['point', STRING, `'(1.5,-2)'`],
  ['box', STRING, `'(3,4),(1,2)'`],
  ['tsvector', STRING, `'a:1 b:2'`],
  ['oid', STRING, '4294967295'],
  ['pg_lsn', STRING, `'16/B374D848'`],
  ['xid8', STRING, `'18446744073709551615'`],
  ['regclass', STRING, `'public."odd types"'`],
  ['int4range', STRING, `'[1,5)'`, `'empty'`],
  ['tstzrange', STRING, `'["2026-01-01 00:00:00+00",)'`],
  ['int8multirange', STRING, `'{[1,3),[5,9)}'`],
  ['timestamp_kind', STRING, `'created'`, `'it''s "x"'`],
  ['int4', INTEGER, '1'],
  ['price', NUMBER, '99999999999999.9999'],
  ['price_of_prices', NUMBER, '1.10'],
  ['birthday', DATE, `'2026-01-01'`],
  ['kind_domain', STRING, `'created'`],
  ['document', OBJECT, `'"s"'`],
  ['flag', { type: ['null', 'boolean'] }, 'true'],
  ['"timestamp with"', STRING, `'z'`],
  ['public."numeric"', STRING, `'a'`],
  ['extras.hstore', OBJECT, `'a=>1, b=>NULL'`],
  ['extras.citext', STRING, `'MiXed'`],
  ['extras.cube', STRING, `'(1,2),(3,4)'`],
  ['pair', OBJECT, `ROW(1, 'a,b')`],
];

const ARRAYS: readonly (readonly [element: string, ...values: string[]])[] = [
  ['int', `'{1,NULL,3}'`, `'{}'`],
  ['bigint', `'{9007199254740993}'`],
  ['numeric', `'{1.10,NaN}'`],
  ['text', `ARRAY['a,b', NULL, 'NULL', '"q"', E'\\n']`],
  ['timestamptz', `'{2026-01-01 00:00+01,infinity}'`],
  ['timestamp_kind', `'{created,NULL}'`],
  ['price', `'{1.10}'`],
  ['bytea', `ARRAY['\\x00'::bytea]`],
];

/** Names with a special meaning in SQL, JSON or replacement patterns. */
const NAMES = [
  'select',
  't',
  'x',
  'j',
  'data',
  'a"b',
  '%s',
  '$$',
  '$1',
  'a\nb',
  'Ünï 漢',
  '_airbyte_order',
  "it's",
  'back\\slash',
  '{}',
  '__proto__',
  'constructor',
];

describe('every type of Postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    server.createDatabase('shop');
    server.sql(
      `CREATE SCHEMA extras; CREATE EXTENSION hstore SCHEMA extras; CREATE EXTENSION citext SCHEMA extras; CREATE EXTENSION cube SCHEMA extras;
       CREATE TYPE timestamp_kind AS ENUM ('created', 'it''s "x"'); CREATE TYPE "timestamp with" AS ENUM ('z'); CREATE TYPE "numeric" AS ENUM ('a');
       CREATE DOMAIN price AS pg_catalog.numeric(20,4); CREATE DOMAIN price_of_prices AS price CHECK (VALUE > 0); CREATE DOMAIN birthday AS date;
       CREATE DOMAIN kind_domain AS timestamp_kind; CREATE DOMAIN document AS jsonb; CREATE DOMAIN flag AS boolean; CREATE TYPE pair AS (a int, b text);
       CREATE TABLE "odd types" (id int); CREATE SCHEMA kept`,
      'shop',
    );
  });
  afterAll(async () => {
    await server.stop();
  });

  /** The connector's settings, so both reads return the same text form. */
  const SETTINGS = `SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601';`;

  /** Reads a table, stores its records in another one, and counts equal and different cells. */
  const compare = async (table: string, cells: readonly string[]): Promise<unknown[]> => {
    const run = await runConnector('source-postgres', 'read', {
      config: server.config('shop'),
      catalog: { streams: [configured(table, { cursor: 'n' })] },
    });
    expect(run.failure).toBeNull();
    const texts = run.recordTexts(table).map((text) => `('${text.replaceAll("'", "''")}')`);
    const checks = cells.map(
      (cell, index) => `count(*) FILTER (WHERE NOT COALESCE(${cell}, "t"."c${index}" IS NULL))`,
    );
    const found = server.sql(
      `${SETTINGS} CREATE TABLE kept.${table} ("r" json); INSERT INTO kept.${table} VALUES ${texts.join(',')};
       SELECT json_build_array(count(*), ${checks.join(', ')}) FROM public.${table} AS "t" JOIN kept.${table} AS "k" ON ("k"."r" ->> 'n')::int = "t"."n"`,
      'shop',
    );
    return JSON.parse(found) as unknown[];
  };

  const create = (table: string, types: readonly (readonly [string, ...string[]])[]): number => {
    const columns = types.map(([type], index) => `"c${index}" ${type}`);
    server.sql(
      `CREATE TABLE ${table} ("n" int PRIMARY KEY, ${columns.join(', ')}); INSERT INTO ${table} VALUES (0)`,
      'shop',
    );
    const most = Math.max(...types.map(([, ...values]) => values.length));
    for (let row = 0; row < most; row++) {
      const values = types.map(([type, ...all]) =>
        all[row] === undefined ? 'NULL' : `(${all[row]})::${type}`,
      );
      server.sql(`INSERT INTO ${table} VALUES (${row + 1}, ${values.join(', ')})`, 'shop');
    }
    return most + 1;
  };

  it('is read in a form that Postgres parses to the same value', async () => {
    const rows = create(
      'scalars',
      TYPES.map(([type, , ...values]) => [type, ...values] as const),
    );
    const cells = TYPES.map(([type], index) => {
      const value = `("k"."r" ->> 'c${index}')`;
      // Functions of their own convert the objects back to hstore and composites.
      if (type === 'extras.hstore')
        return `(SELECT extras.hstore(array_agg(key), array_agg(value)) FROM json_each_text(CASE json_typeof("k"."r" -> 'c${index}') WHEN 'object' THEN "k"."r" -> 'c${index}' END))::text = "t"."c${index}"::text`;
      if (type === 'pair')
        return `json_populate_record(NULL::pair, CASE json_typeof("k"."r" -> 'c${index}') WHEN 'object' THEN "k"."r" -> 'c${index}' END) = "t"."c${index}"`;
      // Line breaks between the tokens of a json value are written as spaces.
      if (type === 'json')
        return `("k"."r" -> 'c${index}')::text = translate("t"."c${index}"::text, E'\\n', ' ')`;
      if (type === 'jsonb' || type === 'document')
        return `("k"."r" -> 'c${index}')::text::jsonb = "t"."c${index}"`;
      return `${value}::${type}::text = "t"."c${index}"::text`;
    });
    expect(await compare('scalars', cells)).toEqual([rows, ...TYPES.map(() => 0)]);
    const { streams } = await runConnector('source-postgres', 'discover', { config: server.config('shop') });
    const schema = objectAt(streams.find(({ name }) => name === 'scalars') ?? {}, 'json_schema');
    for (const [index, [type, expected]] of TYPES.entries())
      expect([type, objectAt(schema ?? {}, 'properties')?.[`c${index}`]]).toEqual([
        type,
        expect.objectContaining(expected),
      ]);
  });

  it('is read in arrays with any elements', async () => {
    const rows = create(
      'lists',
      ARRAYS.map(([element, ...values]) => [`${element}[]`, ...values] as const),
    );
    const cells = ARRAYS.map(([element], index) => {
      const elements = `(SELECT array_agg(e::${element}) FROM json_array_elements_text(CASE json_typeof("k"."r" -> 'c${index}') WHEN 'array' THEN "k"."r" -> 'c${index}' END) AS e)`;
      return `COALESCE(${elements}::text, '{}') = "t"."c${index}"::text`;
    });
    expect(await compare('lists', cells)).toEqual([rows, ...ARRAYS.map(() => 0)]);
    const { streams } = await runConnector('source-postgres', 'discover', { config: server.config('shop') });
    const schema = objectAt(streams.find(({ name }) => name === 'lists') ?? {}, 'json_schema');
    const properties = objectAt(schema ?? {}, 'properties') ?? {};
    expect(ARRAYS.map((_, index) => properties[`c${index}`])).toEqual(
      ARRAYS.map(() => expect.objectContaining(ARRAY) as unknown),
    );
  });

  it('is read under every column name', async () => {
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    for (const schema of ['a$$b', 'with "quotes" and . dots']) {
      const [first = ''] = NAMES;
      server.sql(
        `CREATE SCHEMA ${quoted(schema)}; CREATE TABLE ${quoted(schema)}.${quoted('t%$$"\n')} (${NAMES.map((name) => `${quoted(name)} text`).join(', ')});
         INSERT INTO ${quoted(schema)}.${quoted('t%$$"\n')} VALUES (${NAMES.map((_, index) => `'${index}'`).join(', ')})`,
        'shop',
      );
      for (const cursor of [undefined, ...NAMES]) {
        if (cursor !== undefined && ![first, 't', 'a"b', 'a\nb', '$1'].includes(cursor)) continue;
        const run = await runConnector('source-postgres', 'read', {
          config: server.config('shop'),
          catalog: {
            streams: [
              configured('t%$$"\n', { namespace: schema, ...(cursor === undefined ? {} : { cursor }) }),
            ],
          },
        });
        expect(run.failure).toBeNull();
        const [record] = run.records('t%$$"\n');
        expect(Object.entries(record ?? {})).toEqual(NAMES.map((name, index) => [name, String(index)]));
      }
    }
  });

  it('is read from a table with the maximal number of columns', async () => {
    server.sql(
      `CREATE TABLE wide (${Array.from({ length: 1600 }, (_, index) => `c${index} int DEFAULT ${index}`).join(', ')}); INSERT INTO wide DEFAULT VALUES`,
      'shop',
    );
    const run = await runConnector('source-postgres', 'read', {
      config: server.config('shop'),
      catalog: { streams: [configured('wide', { cursor: 'c7' })] },
    });
    expect(run.failure).toBeNull();
    expect(Object.values(run.records('wide')[0] ?? {})).toEqual(
      Array.from({ length: 1600 }, (_, index) => index),
    );
  });
});
