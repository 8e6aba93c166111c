import { escapeLiteral } from 'pg';
import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import type { JsonObject } from '../../src/embedded/platform/json';
import { type EmbeddedClient, EmbeddedUnderTest } from '../embedded/embedded-kit';
import { CURSOR_KINDS, CURSOR_TYPES, uncollated } from './cursor-kinds';
import { PostgresServer } from './server';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';

describe('a deduplicated stream of Postgres', () => {
  let server: PostgresServer;
  let embedded: EmbeddedUnderTest;
  beforeAll(async () => {
    server = await PostgresServer.start();
    server.createDatabase('shop', `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`);
    server.createDatabase('lake');
    server.sql(CURSOR_TYPES, 'shop');
    embedded = await EmbeddedUnderTest.start();
  });
  afterAll(async () => {
    await embedded.remove();
    await server.stop();
  });

  const tables = CURSOR_KINDS.map((_kind, index) => `k${index}`);

  const create = async (
    client: EmbeddedClient,
    path: '/sources' | '/destinations',
    configuration: JsonObject,
  ): Promise<string> => {
    const { body } = await client.post(path, {
      name: 'order',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    const id = body[path === '/sources' ? 'sourceId' : 'destinationId'];
    if (typeof id !== 'string') throw new Error(JSON.stringify(body));
    return id;
  };

  it.each(['postgres', 'sqlite'])(
    'holds the newest row, whatever the type of its cursor: %s',
    async (kind) => {
      const { client } = embedded;
      const write = (id: number, place: 2 | 3 | 4, value: string): void => {
        const statements = CURSOR_KINDS.map((row, index) => {
          const cursor = `${escapeLiteral(row[place])}::${uncollated(row[1])}`;
          return `INSERT INTO k${index} VALUES (${id}, ${cursor}, '${value}') ON CONFLICT (id) DO UPDATE SET c = excluded.c, v = excluded.v`;
        });
        server.sql(statements.join(';\n'), 'shop');
      };
      const creations = CURSOR_KINDS.map(
        ([, type], index) =>
          `DROP TABLE IF EXISTS k${index}; CREATE TABLE k${index} (id int PRIMARY KEY, c ${type}, v text)`,
      );
      server.sql(creations.join(';\n'), 'shop');
      write(1, 2, 'old');
      server.sql(tables.map((name) => `INSERT INTO ${name} VALUES (2, NULL, 'kept')`).join(';\n'), 'shop');
      const sourceId = await create(client, '/sources', { sourceType: 'postgres', ...server.config('shop') });
      const destinationId = await create(
        client,
        '/destinations',
        kind === 'postgres'
          ? { destinationType: 'postgres', ...server.config('lake'), schema: 'raw' }
          : { destinationType: 'sqlite', destination_path: '/local/order.sqlite' },
      );
      const connectionId = await client.connect(sourceId, destinationId, {
        configurations: {
          streams: tables.map((name) => ({
            name,
            namespace: 'public',
            syncMode: 'incremental_deduped_history',
            cursorField: ['c'],
            primaryKey: [['id']],
          })),
        },
      });
      const found = (): string[] => {
        if (kind === 'postgres')
          return tables.map((name) =>
            server.sql(`SELECT string_agg(v, ' ' ORDER BY id) FROM raw.${name}`, 'lake'),
          );
        const database = new DatabaseSync(join(embedded.dataDir, 'local/order.sqlite'), { readOnly: true });
        try {
          return tables.map((name) => {
            const rows = database
              .prepare(
                `SELECT json_extract(CAST(_airbyte_data AS TEXT), '$.v') AS v FROM "_airbyte_raw_${name}" ORDER BY json_extract(CAST(_airbyte_data AS TEXT), '$.id')`,
              )
              .all();
            return rows.map((row) => String((row as JsonObject)['v'])).join(' ');
          });
        } finally {
          database.close();
        }
      };
      const sync = async (): Promise<unknown> => {
        const job = await client.jobIn(await client.sync(connectionId), 'succeeded', 'failed');
        if (job['status'] !== 'succeeded') throw new Error(embedded.log.slice(-5).join('\n'));
        return job['rowsSynced'];
      };
      await sync();
      expect(found()).toEqual(tables.map(() => 'old kept'));
      write(1, 3, 'new');
      expect(await sync()).toBe(tables.length);
      expect(found()).toEqual(tables.map(() => 'new kept'));
      write(1, 4, 'newest');
      expect(await sync()).toBe(tables.length);
      expect(found()).toEqual(tables.map(() => 'newest kept'));
      expect(await sync()).toBe(0);
    },
  );

  it('is refused at its creation if the type of its cursor has no order', async () => {
    const { client } = embedded;
    server.sql('CREATE SCHEMA odd; CREATE TABLE odd.shapes (id int PRIMARY KEY, c point)', 'shop');
    const sourceId = await create(client, '/sources', {
      sourceType: 'postgres',
      ...server.config('shop'),
      schemas: ['odd'],
    });
    const destinationId = await create(client, '/destinations', {
      destinationType: 'local-json',
      destination_path: '/local/odd',
    });
    const streams = [
      { name: 'shapes', namespace: 'odd', syncMode: 'incremental_append', cursorField: ['c'] },
    ];
    const { status, body } = await client.post('/connections', {
      sourceId,
      destinationId,
      configurations: { streams },
    });
    expect([status, JSON.stringify(body)]).toEqual([
      400,
      expect.stringContaining(
        '[c] cannot be the cursor, because its type point has no order. Choose another field.',
      ),
    ]);
  });

  it('logs a warning about omitted tables', async () => {
    const { client } = embedded;
    server.sql(
      'CREATE ROLE clerk LOGIN; CREATE TABLE part (id int, secret int); GRANT SELECT (id) ON part TO clerk; CREATE TABLE whole (id int); GRANT SELECT ON whole TO clerk',
      'lake',
    );
    await create(client, '/sources', { sourceType: 'postgres', ...server.config('lake', 'clerk') });
    expect(embedded.log.join('\n')).toContain('clerk may not read all columns of public.part.');
  });
});
