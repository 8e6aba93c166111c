import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';
import { ownDataCommands, runInShell } from '../support/readme-scripts';
import { PostgresServer } from './server';

describe('the five commands of the README for own data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-data-'));
  let server: PostgresServer;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await PostgresServer.start();
    server.sql(`CREATE ROLE postgres LOGIN SUPERUSER PASSWORD 'postgres'`);
    gateway = await startGateway({ DATA_DIR: join(folder, 'data') });
  });
  afterAll(async () => {
    await gateway.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('load a CSV file into Postgres with the command for Postgres in the place of the third', async () => {
    const { commands, forPostgres } = ownDataCommands();
    const all = commands.with(2, forPostgres.replace('5432', String(server.port)));
    const started = JSON.parse(await runInShell(all, { url: gateway.url, folder })) as {
      connectionId: string;
      runId: string;
    };
    const path = `/ingestion/${started.connectionId}/runs/${started.runId}`;
    const ended = await gateway.api.get(`${path}?wait=60`);
    expect(ended.body).toMatchObject({ status: 'succeeded', rows: 2 });
    expect(server.sql('SELECT "id", "name", "city" FROM "people" ORDER BY "id"')).toBe(
      '1|Ada|London\n2|Grace|New York',
    );
  });
});
