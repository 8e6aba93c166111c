import { configured, runConnector, type ConnectorRun } from './connector-run';
import { PostgresServer } from './server';

/** Settings of a role or a database, each with a value that the connectors cannot use. */
const HOSTILE: Readonly<Record<string, string>> = {
  array_nulls: 'off',
  backslash_quote: 'on',
  bytea_output: 'escape',
  client_encoding: 'LATIN1',
  client_min_messages: 'error',
  datestyle: 'German',
  default_transaction_deferrable: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  escape_string_warning: 'off',
  exit_on_error: 'on',
  extra_float_digits: '-15',
  gin_fuzzy_search_limit: '1',
  idle_in_transaction_session_timeout: '1',
  idle_session_timeout: '1000',
  intervalstyle: 'sql_standard',
  lock_timeout: '1',
  quote_all_identifiers: 'on',
  row_security: 'on',
  search_path: 'evil',
  standard_conforming_strings: 'off',
  statement_timeout: '1',
  timezone: 'Asia/Kathmandu',
  transform_null_equals: 'on',
  xmlbinary: 'hex',
  xmloption: 'document',
};

describe('the settings of a role', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    server.createDatabase('shop');
    const settings = Object.entries(HOSTILE).map(
      ([name, value]) => `ALTER ROLE hostile SET ${name} = '${value}';`,
    );
    server.sql(
      `CREATE ROLE hostile LOGIN; ${settings.join('\n')} CREATE SCHEMA evil;
       CREATE FUNCTION evil.row_to_json(record) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RETURN '{"evil":true}'; END $$;
       CREATE FUNCTION evil.texts_differ(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
       CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.texts_differ);
       CREATE OPERATOR evil.> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.texts_differ);
       CREATE TABLE items (id text PRIMARY KEY, blob bytea, at timestamptz, day date, span interval, ratio float8, single real,
         period tstzrange, spans interval[], doc xml, names text[]);
       INSERT INTO items VALUES
         (E'a\\\\1', '\\x00ff', '2026-03-04 05:06:07.89+00', '2026-03-04', '-1 year 2 days -03:04:05.5', 0.1, 0.1,
          '[2026-03-04 05:06:07+00,)', '{1 day,NULL}', '<a/>', '{NULL,"NULL"}'),
         (E'a\\\\2', '\\x61', NULL, NULL, NULL, 123456789.123456789, 1e-7, NULL, NULL, 'text <b/>', NULL);
       CREATE FUNCTION evil.row_to_json(items) RETURNS json LANGUAGE sql AS $$ SELECT '{"evil":true}'::json $$;
       GRANT USAGE ON SCHEMA evil TO hostile; GRANT SELECT ON ALL TABLES IN SCHEMA public TO hostile;
       ALTER FUNCTION evil.row_to_json(items) SET SCHEMA public`,
      'shop',
    );
  });
  afterAll(async () => {
    await server.stop();
  });

  const read = (
    username: string,
    cursor: string | undefined,
    states: unknown[] = [],
  ): Promise<ConnectorRun> =>
    runConnector('source-postgres', 'read', {
      config: server.config('shop', username),
      catalog: { streams: [configured('items', cursor === undefined ? {} : { cursor })] },
      state: states,
    });

  it.each([undefined, 'id'])('do not change the records, with the cursor %s', async (cursor) => {
    const [plain, hostile] = [await read('tester', cursor), await read('hostile', cursor)];
    expect(hostile.failure).toBeNull();
    expect(hostile.recordTexts('items')).toEqual(plain.recordTexts('items'));
    expect(plain.records('items')).toEqual([
      expect.objectContaining({
        id: 'a\\1',
        blob: '\\x00ff',
        at: '2026-03-04T05:06:07.89+00:00',
        day: '2026-03-04',
        span: 'P-1Y2DT-3H-4M-5.5S',
        period: '["2026-03-04 05:06:07+00",)',
      }),
      expect.objectContaining({ id: 'a\\2', blob: '\\x61', ratio: 123456789.12345679 }),
    ]);
  });

  it('do not change the position at which an incremental read resumes', async () => {
    const { states } = await read('hostile', 'id');
    expect((await read('hostile', 'id', states)).recordTexts('items')).toEqual([]);
    server.sql(`INSERT INTO items (id) VALUES (E'zz\\\\''; COMMIT; CREATE TABLE pwned (a int); --')`, 'shop');
    const second = await read('hostile', 'id', states);
    expect(second.records('items')).toHaveLength(1);
    const third = await read('hostile', 'id', second.states);
    expect([third.failure, third.records('items')]).toEqual([null, []]);
    expect(server.sql(`SELECT count(*) FROM pg_class WHERE relname = 'pwned'`, 'shop')).toBe('0');
  });
});
