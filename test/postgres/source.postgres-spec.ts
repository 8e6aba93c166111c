import type { JsonObject } from '../../src/embedded/platform/json';
import { configured, runConnector, type ConnectorRun } from './connector-run';
import { until } from '../support/until';
import { PostgresServer } from './server';

describe('the Postgres source', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    server.createDatabase('shop');
    server.sql(
      `CREATE ROLE reader LOGIN; CREATE ROLE nobody LOGIN;
       CREATE TABLE orders (id int PRIMARY KEY, secret text); INSERT INTO orders VALUES (1, 'x');
       CREATE TABLE open (id int); INSERT INTO open VALUES (1);
       CREATE TABLE limited (id int, owner text); ALTER TABLE limited ENABLE ROW LEVEL SECURITY;
       CREATE POLICY mine ON limited USING (owner = current_user); INSERT INTO limited VALUES (1, 'reader'), (2, 'other');
       CREATE VIEW over_limited WITH (security_invoker = true) AS SELECT * FROM limited;
       CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS id WITH NO DATA;
       CREATE TABLE nothing (); CREATE TABLE _airbyte_new_0123456789abcdef0123456789abcdef (id int);
       GRANT SELECT (id) ON orders TO reader; GRANT SELECT ON open, limited, over_limited, unfilled TO reader;
       CREATE SCHEMA "Sales"; CREATE TABLE "Sales".t (id int); CREATE SCHEMA empty; CREATE SCHEMA closed; CREATE TABLE closed.t (id int);
       GRANT USAGE ON SCHEMA "Sales", empty TO reader`,
      'shop',
    );
  });
  afterAll(async () => {
    await server.stop();
  });

  const config = (username: string, schemas?: unknown): JsonObject => ({
    ...server.config('shop', username),
    ...(schemas === undefined ? {} : { schemas }),
  });
  const run = (command: string, username: string, schemas?: unknown): Promise<ConnectorRun> =>
    runConnector('source-postgres', command, { config: config(username, schemas) });
  const read = (username: string, ...streams: JsonObject[]): Promise<ConnectorRun> =>
    runConnector('source-postgres', 'read', { config: config(username), catalog: { streams } });

  it.each([
    ['tester', ['pubilc'], /^schemas: the database has no schema "pubilc"\. Did you mean "public"\?$/],
    ['tester', ['Public'], /Did you mean "public"\?$/],
    ['tester', ['public', 'sales'], /no schema "sales"\. Did you mean "Sales"\?$/],
    ['tester', ['qqqqqq'], /no schema "qqqqqq"\. Check its spelling; names are case-sensitive\.$/],
    ['tester', ['empty'], /^schemas: The schema empty has no table and no view\./],
    ['reader', ['closed'], /^schemas: reader may not use the schema closed\. Grant USAGE/],
    ['reader', ['Sales'], /^schemas: reader may not read all columns of Sales\.t\. Grant SELECT on it/],
    ['nobody', ['public'], /^schemas: nobody may not read all columns of .*public\.orders/],
    ['tester', 'public', /^schemas must be a list/],
    ['tester', [5], /^schemas must contain only names/],
  ])('is refused at its check: %s with the schemas %j', async (username, schemas, message) => {
    expect((await run('check', username, schemas)).checkFailure).toMatch(message);
    expect((await run('discover', username, schemas)).failure).toMatchObject({ type: 'config_error' });
  });

  it('names the omitted tables and those that it could not read completely', async () => {
    const found = await run('discover', 'reader');
    expect(found.streams.map(({ name }) => name)).toEqual(['limited', 'open', 'over_limited', 'unfilled']);
    expect(found.warnings).toEqual([
      expect.stringMatching(
        /^reader may not read all columns of public\.nothing, public\.orders\. Grant SELECT on them/,
      ),
      expect.stringMatching(/^Row-level security hides rows of public\.limited from reader/),
    ]);
    expect((await run('check', 'reader')).checkFailure).toBeNull();
    const all = await run('discover', 'tester');
    expect(all.streams.map(({ name }) => name)).not.toContain('nothing');
    expect(all.warnings).toEqual(['The table public.nothing has no columns and is omitted.']);
  });

  it.each([
    ['reader', 'limited', /row-level security.*grant BYPASSRLS to reader/],
    ['reader', 'over_limited', /row-level security.*grant BYPASSRLS to reader/],
    ['reader', 'orders', /permission denied for table orders\. Grant SELECT to reader on all its columns/],
    ['tester', 'unfilled', /has not been populated.*REFRESH MATERIALIZED VIEW public\.unfilled/],
    ['tester', 'ordesr', /no such table or view\. Was it renamed to orders\?/],
  ])('fails once and completely, as %s on %s', async (username, name, message) => {
    const found = await read(username, configured(name));
    expect(found.failure).toEqual({
      type: 'config_error',
      message: expect.stringMatching(message) as string,
    });
    expect(found.failure?.message).toContain(`public.${name}`);
    expect(found.exitCode).toBe(1);
  });

  it.each(['second', 'over_second'])(
    'does not take %s for empty when its table is truncated after the sync began',
    async (last) => {
      server.sql(
        `CREATE TABLE first (id int, v text); INSERT INTO first SELECT g, repeat('x', 1000) FROM generate_series(1, 200000) g;
         CREATE TABLE second (id int); INSERT INTO second VALUES (1), (2); CREATE VIEW over_second AS SELECT * FROM second`,
        'shop',
      );
      const reading = read('tester', configured('first'), configured(last));
      await until('the sync to read', () =>
        server.sql(`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT CASE%'`) === '' ? null : true,
      );
      // Waits for the lock of the sync.
      const truncating = server.sqlBeside('TRUNCATE second; INSERT INTO second VALUES (3), (4)', 'shop');
      expect((await reading).records(last)).toEqual([{ id: 1 }, { id: 2 }]);
      await truncating;
      server.sql('DROP TABLE first, second CASCADE', 'shop');
    },
  );

  it('fails at a row that is too large for a message, and names it', async () => {
    server.sql(
      `CREATE TABLE docs (id int PRIMARY KEY, body text); INSERT INTO docs SELECT 1, 'small';
       INSERT INTO docs SELECT 7, repeat('0123456789', 6700000); INSERT INTO docs SELECT 8, 'small'`,
      'shop',
    );
    const found = await read('tester', configured('docs', { cursor: 'id' }));
    expect(found.failure).toEqual({
      type: 'config_error',
      message:
        'Stream public.docs: the row {"id":7} has more than 63 MiB as JSON. Read a view without its large columns.',
    });
    expect(found.records('docs')).toEqual([{ id: 1, body: 'small' }]);
    expect(found.states).toEqual([]);
    server.sql('DROP TABLE docs', 'shop');
  });

  it('fails at bytes that are not UTF-8, in a database without validation', async () => {
    server.createDatabase('bytes', `ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    server.sql(`CREATE TABLE t (v text); INSERT INTO t VALUES (E'gr\\303\\274n')`, 'bytes');
    const readBytes = (): Promise<ConnectorRun> =>
      runConnector('source-postgres', 'read', {
        config: server.config('bytes'),
        catalog: { streams: [configured('t')] },
      });
    expect((await readBytes()).records('t')).toEqual([{ v: 'grün' }]);
    server.sql(`INSERT INTO t VALUES (E'gr\\374n')`, 'bytes');
    expect((await readBytes()).failure).toEqual({
      type: 'config_error',
      message: expect.stringMatching(
        /^Cannot read public\.t: invalid byte sequence for encoding "UTF8": 0xfc/,
      ) as string,
    });
  });

  it('reads child tables as Postgres does, and partitions only through their parent', async () => {
    server.sql(
      `CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
       CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
       CREATE TABLE parts_2 PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1, '2026-02-02'), (2, '2020-01-01');
       CREATE TABLE base (id int); CREATE TABLE child (more text) INHERITS (base); INSERT INTO base VALUES (1); INSERT INTO child VALUES (2, 'x')`,
      'shop',
    );
    const names = (await run('discover', 'tester')).streams.map(({ name }) => String(name));
    expect(names.filter((name) => /^(parts|base|child)/.test(name))).toEqual(['base', 'child', 'parts']);
    const found = await read(
      'tester',
      configured('parts', { cursor: 'at' }),
      configured('base'),
      configured('child'),
    );
    expect(found.failure).toBeNull();
    expect(found.records('parts').map(({ id }) => id)).toEqual([2, 1]);
    expect(found.records('base')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(found.records('child')).toEqual([{ id: 2, more: 'x' }]);
    server.sql('DROP TABLE parts, child, base', 'shop');
  });
});

describe('a connection that fails', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ password_encryption: 'scram-sha-256' });
    server.sql(`CREATE ROLE guarded LOGIN PASSWORD 'right'`);
    server.addAccessRule('host all guarded 127.0.0.1/32 scram-sha-256');
  });
  afterAll(async () => {
    await server.stop();
  });

  const check = async (more: JsonObject): Promise<string | null> =>
    (
      await runConnector('source-postgres', 'check', {
        config: { ...server.config('postgres', 'guarded'), ...more },
      })
    ).checkFailure;

  it.each<[string, JsonObject, RegExp]>([
    [
      'a wrong password',
      { password: 'wrong' },
      /^username or password: the server refused them for guarded\.$/,
    ],
    [
      'an empty password',
      { password: '' },
      /^password: the server requires one\. Set the password of guarded\.$/,
    ],
    [
      'a wrong database',
      { password: 'right', database: 'Shop' },
      /^database: database "Shop" does not exist\. Check/,
    ],
    ['a wrong host', { host: 'nowhere.invalid' }, /^host: the name nowhere\.invalid /],
    ['a path as the host', { host: '/var/run/postgresql' }, /^host must be a host name/],
    ['a closed port', { port: 1 }, /^127\.0\.0\.1, port 1 refused the connection\. Check host and port/],
    ['a port out of range', { port: 99999 }, /^port must be a whole number from 1 to 65535/],
    ['a port as a text', { port: '5432' }, /^port must be a whole number.*without quotes/],
    [
      'encryption that the server lacks',
      { ssl_mode: { mode: 'require' } },
      /^ssl_mode require: the server at .* does not support TLS/,
    ],
    [
      'an ssl_mode that is a text',
      { ssl_mode: 'require' },
      /^ssl_mode must be an object, for example \{"mode": "require"\}\.$/,
    ],
    [
      'a certificate that is missing',
      { ssl_mode: { mode: 'verify-full' } },
      /^ssl_mode\.ca_certificate is required/,
    ],
    ['a tunnel', { tunnel_method: { tunnel_method: 'SSH_KEY_AUTH' } }, /^tunnel_method must be/],
  ])('names the member to change: %s', async (_name, more, message) => {
    expect(await check(more)).toMatch(message);
  });

  it.each(['disable', 'allow', 'prefer'])('works without encryption in the mode %s', async (mode) => {
    expect(
      await check({ password: 'right', ssl_mode: { mode }, schemas: ['information_schema'] }),
    ).toBeNull();
  });
});
