import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';
import { loadOnlyNewRows, rowsOfRun } from '../support/own-data';
import { ownDataCommands, runInShell } from '../support/readme-scripts';
import { PostgresServer } from './server';

describe('the commands of the README for own data', () => {
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
    const answer = await runInShell(all, { url: gateway.url, folder });
    expect(await rowsOfRun({ gateway, folder }, answer)).toBe(2);
    expect(server.sql('SELECT "id", "name", "city" FROM "people" ORDER BY "id"')).toBe(
      '1|Ada|London\n2|Grace|New York',
    );
  });

  it('load a file with semicolons in windows-1252 with types, and then only its new rows', async () => {
    const destination = ownDataCommands().forPostgres.replace('5432', String(server.port));
    expect(await loadOnlyNewRows({ gateway, folder }, destination)).toEqual([2, 2]);
    expect(
      server.sql(
        `SELECT "customer no", "name", "revenue €" + 0, "changed at" + 1 FROM "customers" ORDER BY 1`,
      ),
    ).toBe('1|Jörg|1234.50|2026-02-01\n2|Zoë|99.90|2026-02-04\n3|Ägidius|7|2026-02-03');
  });
});
