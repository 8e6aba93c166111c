import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { startGateway, type TestGateway } from '../support/gateway';
import { ownDataCommands, runInShell } from '../support/readme-scripts';

describe('the five commands of the README for own data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-data-'));
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ DATA_DIR: join(folder, 'data') });
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  it('load a CSV file into a SQLite file', async () => {
    const { commands } = ownDataCommands();
    expect(commands).toHaveLength(5);
    const started = JSON.parse(await runInShell(commands, { url: gateway.url, folder })) as {
      connectionId: string;
      runId: string;
    };
    const path = `/ingestion/${started.connectionId}/runs/${started.runId}`;
    const ended = await gateway.api.get(`${path}?wait=60`);
    expect(ended.body).toMatchObject({ status: 'succeeded', rows: 2 });
    const db = new DatabaseSync(join(folder, 'data', 'local', 'my.db'));
    try {
      const rows: unknown[] = db.prepare('SELECT "id", "name", "city" FROM "people" ORDER BY "id"').all();
      expect(rows.map((row) => ({ ...(row as object) }))).toEqual([
        { id: '1', name: 'Ada', city: 'London' },
        { id: '2', name: 'Grace', city: 'New York' },
      ]);
    } finally {
      db.close();
    }
  });
});
