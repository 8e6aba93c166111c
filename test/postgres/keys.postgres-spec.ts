import { escapeLiteral } from 'pg';
import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { isObject, objectAt, stringAt, type JsonObject } from '../../src/embedded/platform/json';
import { EmbeddedUnderTest } from '../embedded/embedded-kit';
import { configured, runConnector } from './connector-run';
import { uncollated } from './cursor-kinds';
import { PostgresServer } from './server';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';

/**
 * Types of keys. The first two values are equal for the type, with different texts if possible. The third value looks
 * similar but is a different key.
 */
const KEYS: readonly (readonly [type: string, value: string, equal: string, other: string])[] = [
  ['smallint', '7', '007', '-7'],
  ['integer', '7', '+7', '70'],
  ['bigint', '9007199254740993', '+9007199254740993', '9007199254740992'],
  ['numeric', '1.0', '1.00', '1.000000000000000000000001'],
  ['numeric(20,4)', '100', '1e2', '100.0001'],
  ['real', '-0', '0', '1e-45'],
  ['double precision', '-0', '0', '5e-324'],
  ['domain_of_numeric', '1.0', '1.00', '1.01'],
  ['boolean', 'yes', 'true', 'false'],
  ['text', 'A', 'A', 'a'],
  ['text COLLATE "en-x-icu"', 'A', 'A', 'a'],
  ['varchar(9)', 'a', 'a', 'a '],
  ['char(5)', 'ab', 'ab  ', 'a b'],
  ['domain_of_char', 'ab', 'ab ', ' ab'],
  ['name', 'A', 'A', 'a'],
  ['"char"', 'a', 'a', 'A'],
  [
    'uuid',
    'a0eebc999c0b4ef8bb6d6bb9bd380a11',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    'b0eebc999c0b4ef8bb6d6bb9bd380a11',
  ],
  ['bytea', '\\x61', 'a', '\\x6100'],
  ['bit(3)', '101', 'b101', '111'],
  ['bit varying', '0', '0', '00'],
  ['date', '2026-02-28', '20260228', 'infinity'],
  ['time', '09:00', '9:00 AM', '24:00'],
  ['timetz', '09:00+00', '09:00:00+00:00', '10:00+01'],
  ['timestamp', '2026-02-28 01:02:03.5', '2026-02-28T01:02:03.500', '-infinity'],
  ['timestamptz', '2026-02-28 01:00+00', '2026-02-28 02:00+01', '2026-02-28 01:00:00.000001+00'],
  ['inet', '10.0.0.1', '10.0.0.1/32', '10.0.0.1/8'],
  ['cidr', '10.0.0.0/8', '10/8', '10.0.0.0/9'],
  ['macaddr', '08:00:2b:01:02:03', '08002b-010203', '08:00:2b:01:02:04'],
  ['macaddr8', '08:00:2b:01:02:03:04:05', '08002b0102030405', '08:00:2b:01:02:03:04:06'],
  ['oid', '4294967295', '-1', '9'],
  ['xid8', '9', '0x9', '10'],
  ['pg_lsn', '0/A', '0/0000000A', 'A/0'],
  ['jsonb', '{"b":1.0,"a":[null]}', '{"a":[null],"b":1.00}', '{"a":[null],"b":"1.0"}'],
  ['int4range', '[1,4]', '[1,5)', '[1,6)'],
  ['int8range', '(0,5)', '[1,5)', '[1,)'],
  ['daterange', '[2026-01-01,2026-01-02]', '[2026-01-01,2026-01-03)', 'empty'],
  ['tsrange', '[,2026-01-01]', '(,"2026-01-01 00:00:00.0"]', '(,2026-01-01)'],
  ['tstzrange', '["2026-01-01 00:00+00",]', '["2026-01-01 01:00+01",)', '("2026-01-01 00:00+00",)'],
  ['int4multirange', '{[1,2],[3,4]}', '{[1,5)}', '{[1,2),[3,5)}'],
  ['int8multirange', '{[1,2],[3,4]}', '{[1,5)}', '{[1,2),[3,5)}'],
  ['datemultirange', '{[2026-01-01,2026-01-02]}', '{[2026-01-01,2026-01-03)}', '{}'],
  ['tsmultirange', '{[2026-01-01,2026-01-02)}', '{["2026-01-01 00:00",2026-01-02)}', '{}'],
  ['tstzmultirange', '{["2026-01-01 00:00+00",)}', '{["2026-01-01 01:00+01",)}', '{}'],
  ['mood', 'sad', 'sad', 'SAD'],
];

/** Types whose equal values can have different texts, or whose different values can have the same text. */
const REFUSED: readonly (readonly [type: string, reason: RegExp])[] = [
  ['extras.citext', /values of its type extras\.citext that are equal can be written differently/],
  ['domain_of_citext', /values of its type extras\.citext that are equal can be written differently/],
  ['text COLLATE ignore_case', /its collation public\.ignore_case is not deterministic/],
  ['varchar(9) COLLATE ignore_case', /its collation public\.ignore_case is not deterministic/],
  ['domain_ignoring_case', /its collation public\.ignore_case is not deterministic/],
  ['bpchar', /character without a length, which ignores spaces at the end/],
  ['domain_of_bpchar', /character without a length/],
  ['interval', /equal intervals are written in several ways, for example 1 day and 24 hours/],
  ['money', /depends on the setting lc_monetary/],
  ['numrange', /equal ranges of decimals are written in several ways/],
  ['range_ignoring_case', /values of its type public\.range_ignoring_case that are equal/],
  ['text[]', /its type _text is an array/],
  ['pair', /values of its type public\.pair that are equal/],
];

const SCHEMA = `CREATE SCHEMA extras; CREATE EXTENSION citext SCHEMA extras;
  CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE SCHEMA keys; CREATE SCHEMA refused; CREATE SCHEMA other; CREATE SCHEMA heirs;
  CREATE DOMAIN domain_of_numeric AS numeric; CREATE DOMAIN domain_of_citext AS extras.citext;
  CREATE DOMAIN inner_char AS char(3); CREATE DOMAIN domain_of_char AS inner_char; CREATE DOMAIN domain_of_bpchar AS bpchar;
  CREATE DOMAIN inner_ignoring_case AS text COLLATE ignore_case; CREATE DOMAIN domain_ignoring_case AS inner_ignoring_case;
  CREATE TYPE mood AS ENUM ('sad', 'SAD'); CREATE TYPE pair AS (a numeric, b text);
  CREATE TYPE range_ignoring_case AS RANGE (subtype = text, collation = ignore_case)`;

const nameOf = (index: number): string => `k${String(index).padStart(2, '0')}`;

describe('a key of a table in Postgres', () => {
  let server: PostgresServer;
  let embedded: EmbeddedUnderTest;

  beforeAll(async () => {
    server = await PostgresServer.start();
    for (const name of ['shop', 'lake']) server.createDatabase(name);
    server.sql(SCHEMA, 'shop');
    REFUSED.forEach(([type], index) => {
      server.sql(`CREATE TABLE refused.r${index} (k ${type} PRIMARY KEY, n int)`, 'shop');
    });
    embedded = await EmbeddedUnderTest.start();
  });
  afterAll(async () => {
    await embedded.remove();
    await server.stop();
  });
  const created = async (kind: 'source' | 'destination', configuration: JsonObject): Promise<string> => {
    const body = { name: 'test', workspaceId: SAMPLE_WORKSPACE_ID, configuration };
    const answer = (await embedded.client.post(`/${kind}s`, body)).body;
    const id = stringAt(answer, `${kind}Id`);
    if (id === undefined) throw new Error(JSON.stringify(answer));
    return id;
  };
  const source = (schema: string): Promise<string> =>
    created('source', { sourceType: 'postgres', ...server.config('shop'), schemas: [schema] });
  const destinations = async (): Promise<string[]> => [
    await created('destination', { destinationType: 'postgres', ...server.config('lake'), schema: 'raw' }),
    await created('destination', { destinationType: 'sqlite', destination_path: '/local/keys.sqlite' }),
  ];
  /** Creates a deduplicated connection. Returns `created` or the reason of the refusal. */
  const connect = async (
    sourceId: string,
    destinationId: string,
    name: string,
    more: JsonObject = {},
  ): Promise<string> => {
    const stream = { name, syncMode: 'incremental_deduped_history', cursorField: ['n'], ...more };
    const { body } = await embedded.client.post('/connections', {
      sourceId,
      destinationId,
      configurations: { streams: [stream] },
    });
    if (typeof body['connectionId'] !== 'string')
      return stringAt(objectAt(body, 'data') ?? {}, 'message') ?? 'refused';
    await embedded.client.delete(`/connections/${body['connectionId']}`);
    return 'created';
  };

  it('is equal at every destination if and only if it is equal for its type', async () => {
    KEYS.forEach(([type, value, , other], index) => {
      const insert = [value, other].map((key, n) => `(${escapeLiteral(key)}, ${n})`).join(', ');
      server.sql(
        `CREATE TABLE keys.${nameOf(index)} (k ${type} PRIMARY KEY, n int); INSERT INTO keys.${nameOf(index)} VALUES ${insert}`,
        'shop',
      );
    });
    const sourceId = await source('keys');
    const streams = KEYS.map((_key, index) => ({
      name: nameOf(index),
      syncMode: 'incremental_deduped_history',
      cursorField: ['n'],
    }));
    const connections: string[] = [];
    for (const destinationId of await destinations())
      connections.push(
        await embedded.client.connect(sourceId, destinationId, { configurations: { streams } }),
      );
    const sync = async (): Promise<void> => {
      for (const id of connections) {
        const job = await embedded.client.jobIn(await embedded.client.sync(id), 'succeeded', 'failed');
        expect([job['status'], ...embedded.log.filter((line) => line.includes('failed'))]).toEqual([
          'succeeded',
        ]);
      }
    };
    await sync();
    KEYS.forEach(([, , equal], index) => {
      const table = `keys.${nameOf(index)}`;
      server.sql(
        `DELETE FROM ${table} WHERE k = ${escapeLiteral(equal)}::${uncollated(KEYS[index]?.[0] ?? '')} AND n = 0;
         INSERT INTO ${table} SELECT ${escapeLiteral(equal)}, 2`,
        'shop',
      );
    });
    await sync();
    const db = new DatabaseSync(join(embedded.dataDir, 'local/keys.sqlite'));
    const found = KEYS.map(([type], index) => {
      const atPostgres = server.sql(
        `SELECT string_agg(n::text, ',' ORDER BY n) FROM raw.${nameOf(index)}`,
        'lake',
      );
      const atSqlite: unknown = db
        .prepare(`SELECT group_concat("n") AS "n" FROM (SELECT "n" FROM "${nameOf(index)}" ORDER BY "n")`)
        .get();
      return [type, atPostgres, isObject(atSqlite) ? atSqlite['n'] : null];
    });
    db.close();
    expect(found).toEqual(KEYS.map(([type]) => [type, '1,2', '1,2']));
  });

  it.each(REFUSED.map((each, index) => [...each, `r${index}`] as const))(
    'is refused at the creation and at the sync: %s',
    async (_type, reason, name) => {
      const [destinationId = ''] = await destinations();
      const sourceId = await source('refused');
      const refused = await connect(sourceId, destinationId, name);
      expect(refused).toMatch(
        new RegExp(
          `^Invalid primary key for stream: ${name}\\. \\[k\\] cannot be part of the primary key, because .*${reason.source}`,
        ),
      );
      expect(await connect(sourceId, destinationId, name, { primaryKey: [['n'], ['k']] })).toMatch(reason);
      expect(await connect(sourceId, destinationId, name, { primaryKey: [['n']] })).toBe('created');
      const stream = configured(name, { cursor: 'n', namespace: 'refused' });
      const { failure } = await runConnector('source-postgres', 'read', {
        config: server.config('shop'),
        catalog: { streams: [{ ...stream, destination_sync_mode: 'append_dedup', primary_key: [['k']] }] },
      });
      expect(failure?.type).toBe('config_error');
      expect(failure?.message).toMatch(
        new RegExp(
          `^Stream refused\\.${name}: k cannot be part of the primary key, because .*${reason.source}`,
        ),
      );
    },
  );

  it('is accepted or refused for every type of Postgres', async () => {
    const possible = server
      .sql(
        `SELECT format_type(t.oid, NULL) FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm')
           AND t.typelem = 0 AND EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod
             WHERE a.amname = 'btree' AND o.opcdefault AND o.opcintype = t.oid) ORDER BY 1`,
        'shop',
      )
      .split('\n');
    const columns = possible.map((type, index) => `c${index} ${type} NOT NULL`);
    server.sql(`CREATE TABLE other.t (${columns.join(', ')})`, 'shop');
    const found = await runConnector('source-postgres', 'discover', {
      config: { ...server.config('shop'), schemas: ['other'] },
    });
    const properties = objectAt(objectAt(found.streams[0] ?? {}, 'json_schema') ?? {}, 'properties') ?? {};
    const tested = new Set(
      server
        .sql(
          KEYS.map(
            ([type]) => `SELECT format_type('${type.replace(/ COLLATE.*|\(\d.*/, '')}'::regtype, NULL)`,
          ).join(';'),
          'shop',
        )
        .split('\n'),
    );
    const open = possible.filter(
      (type, index) => !tested.has(type) && !('x-key-refused' in (objectAt(properties, `c${index}`) ?? {})),
    );
    expect(open).toEqual([]);
  });

  it('is not used from a table whose child tables may repeat it', async () => {
    server.sql(
      `CREATE TABLE heirs.base (k int PRIMARY KEY, n int); CREATE TABLE heirs.child () INHERITS (heirs.base);
       CREATE TABLE heirs.parts (k int PRIMARY KEY, n int) PARTITION BY LIST (k); CREATE TABLE heirs.part PARTITION OF heirs.parts DEFAULT`,
      'shop',
    );
    const [[destinationId = ''], sourceId] = [await destinations(), await source('heirs')];
    expect(await connect(sourceId, destinationId, 'base')).toMatch(
      /^A primary key is required for stream \[base\]/,
    );
    expect(await connect(sourceId, destinationId, 'parts')).toBe('created');
  });
});
