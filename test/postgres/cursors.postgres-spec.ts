import { escapeLiteral } from 'pg';
import { objectAt, type JsonObject } from '../../src/embedded/platform/json';
import { configured, runConnector, type ConnectorRun } from './connector-run';
import { CURSOR_KINDS, CURSOR_TYPES, uncollated } from './cursor-kinds';
import { PostgresServer } from './server';

/** Types without an order, or with values whose texts can change. */
const REFUSED = ['json', 'point', 'pair', 'json[]', 'regclass'];

describe('an incremental read from Postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    server.createDatabase('shop', `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`);
    server.sql(CURSOR_TYPES, 'shop');
  });
  afterAll(async () => {
    await server.stop();
  });

  const read = (table: string, states: readonly JsonObject[] = []): Promise<ConnectorRun> =>
    runConnector('source-postgres', 'read', {
      config: server.config('shop'),
      catalog: { streams: [configured(table, { cursor: 'c' })] },
      // The engine stores states as JSON texts.
      state: JSON.parse(JSON.stringify(states)),
    });
  const ids = (run: ConnectorRun): unknown[] => {
    expect(run.failure).toBeNull();
    return run.records('t').map(({ id }) => id);
  };
  const table = (type: string): void => {
    server.sql(`DROP TABLE IF EXISTS t; CREATE TABLE t (id int, c ${type}, v text)`, 'shop');
  };

  it('resumes in the order of the type, for every type', async () => {
    const streams = CURSOR_KINDS.map(([name]) => name);
    const each = (statement: (kind: (typeof CURSOR_KINDS)[number], name: string) => string): void => {
      server.sql(CURSOR_KINDS.map((kind) => statement(kind, `kinds."${kind[0]}"`)).join(';\n'), 'shop');
    };
    const insert = (name: string, id: number, type: string, value: string): string =>
      `INSERT INTO ${name} SELECT ${id}, ${escapeLiteral(value)}::${uncollated(type)}`;
    const readAll = async (states: readonly JsonObject[] = []): Promise<[unknown[][], JsonObject[]]> => {
      const run = await runConnector('source-postgres', 'read', {
        config: server.config('shop'),
        catalog: { streams: streams.map((name) => configured(name, { cursor: 'c', namespace: 'kinds' })) },
        state: states,
      });
      expect(run.failure).toBeNull();
      return [streams.map((name) => [name, ...run.records(name).map(({ id }) => id)]), run.states];
    };
    const expected = (...found: unknown[]): unknown[][] => streams.map((name) => [name, ...found]);
    server.sql('CREATE SCHEMA kinds', 'shop');
    each(([, type, first, second, third], name) =>
      [
        `CREATE TABLE ${name} (id int, c ${type})`,
        insert(name, 3, type, third),
        insert(name, 1, type, first),
        `INSERT INTO ${name} VALUES (0, NULL)`,
        insert(name, 2, type, second),
      ].join(';\n'),
    );
    const [all, allStates] = await readAll();
    expect(all).toEqual(expected(0, 1, 2, 3));
    expect((await readAll(allStates))[0]).toEqual(expected());
    each((_kind, name) => `DELETE FROM ${name} WHERE id > 1`);
    const [one, oneStates] = await readAll();
    expect(one).toEqual(expected(0, 1));
    each(
      ([, type, , second, third], name) =>
        `${insert(name, 3, type, third)}; ${insert(name, 2, type, second)}`,
    );
    const [two, twoStates] = await readAll(oneStates);
    expect(two).toEqual(expected(2, 3));
    expect((await readAll(twoStates))[0]).toEqual(expected());
  });

  it.each(REFUSED)('refuses a cursor of the type %s with the name of the column', async (type) => {
    table(type);
    expect((await read('t')).failure).toEqual({
      type: 'config_error',
      message: expect.stringMatching(
        /^Stream public\.t: c cannot be the cursor, because .*\. Choose another cursor\.$/,
      ) as string,
    });
  });

  it('marks columns that cannot be the cursor when it discovers them', async () => {
    server.sql(`DROP TABLE IF EXISTS t; CREATE TABLE t (id int, c xml)`, 'shop');
    const { streams } = await runConnector('source-postgres', 'discover', { config: server.config('shop') });
    const schema = objectAt(streams.find(({ name }) => name === 't') ?? {}, 'json_schema');
    expect(schema?.['properties']).toEqual({
      id: { type: ['null', 'integer'] },
      c: {
        type: ['null', 'string'],
        'x-cursor-refused': 'its type xml has no order',
        'x-key-refused': 'values of its type xml that are equal can be written differently',
      },
    });
  });

  it('reads rows without a cursor value once, and again when they get a value', async () => {
    table('timestamptz');
    server.sql('INSERT INTO t (id) VALUES (1), (2)', 'shop');
    const first = await read('t');
    expect(ids(first)).toEqual([1, 2]);
    const second = await read('t', first.states);
    expect(ids(second)).toEqual([]);
    server.sql(`UPDATE t SET c = '2026-01-01' WHERE id = 2`, 'shop');
    const third = await read('t', second.states);
    expect(ids(third)).toEqual([2]);
    server.sql('INSERT INTO t (id) VALUES (3), (4)', 'shop');
    const fourth = await read('t', third.states);
    expect(ids(fourth)).toEqual([]);
    expect(fourth.warnings).toEqual([
      'Stream public.t: 1 new rows have no value in the cursor c. They are not read until they have one.',
    ]);
  });

  it('reads rows without a cursor value later if the first sync found none', async () => {
    table('int');
    const empty = await read('t');
    expect([ids(empty), empty.states.length]).toEqual([[], 1]);
    server.sql('INSERT INTO t VALUES (1, NULL), (2, 5)', 'shop');
    const first = await read('t', empty.states);
    expect(ids(first)).toEqual([1, 2]);
    expect(ids(await read('t', first.states))).toEqual([]);
  });

  it('reads rows with the last cursor value again if one is new or changed, before newer rows', async () => {
    table('date');
    server.sql(`INSERT INTO t VALUES (1, '2026-01-01', 'a'), (2, '2026-01-01', 'b')`, 'shop');
    const first = await read('t');
    server.sql(
      `DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (4, '2026-01-02', 'd'), (3, '2026-01-01', 'c')`,
      'shop',
    );
    const second = await read('t', first.states);
    expect(ids(second)).toEqual([2, 3, 4]);
    expect(ids(await read('t', second.states))).toEqual([]);
  });

  it('resumes after a checkpoint without losing rows that moved behind it', async () => {
    table('int');
    server.sql(`INSERT INTO t SELECT g, g / 100 FROM generate_series(0, 24999) AS g`, 'shop');
    const run = await read('t');
    const states = run.messages.filter(({ type }) => type === 'STATE');
    expect(states).toHaveLength(3);
    // The ten-thousandth row is the last of its hundred.
    const [middle] = states.map(({ state }) => state as JsonObject);
    expect(ids(await read('t', [middle as JsonObject]))).toHaveLength(15_000);
    server.sql('DELETE FROM t WHERE id = 9999; INSERT INTO t VALUES (9999999, 99)', 'shop');
    expect(ids(await read('t', [middle as JsonObject]))).toHaveLength(15_100);
  });

  it('reads from the beginning after the order of the cursor has changed', async () => {
    table('text');
    server.sql(`INSERT INTO t VALUES (1, '9'), (2, '8')`, 'shop');
    const { states } = await read('t');
    server.sql(`ALTER TABLE t ALTER c TYPE int USING c::int; INSERT INTO t VALUES (3, 5)`, 'shop');
    const again = await read('t', states);
    expect(ids(again)).toEqual([3, 2, 1]);
    expect(again.warnings).toEqual([
      'Stream public.t is read from the beginning, because the type or the collation of its cursor has changed.',
    ]);
    server.sql(`ALTER TABLE t ALTER c TYPE bigint; INSERT INTO t VALUES (4, 9007199254740993)`, 'shop');
    expect(ids(await read('t', again.states))).toEqual([4]);
  });
});
