import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { startGateway, type TestGateway } from '../support/gateway';
import { loadOnlyNewRows, rowsOfRun } from '../support/own-data';
import { ownDataCommands, runInShell } from '../support/readme-scripts';

describe('the commands of the README for own data', () => {
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
    const answer = await runInShell(commands, { url: gateway.url, folder });
    expect(await rowsOfRun({ gateway, folder }, answer)).toBe(2);
    expect(rowsOf('my.db', 'SELECT "id", "name", "city" FROM "people" ORDER BY "id"')).toEqual([
      { id: '1', name: 'Ada', city: 'London' },
      { id: '2', name: 'Grace', city: 'New York' },
    ]);
  });

  it('load a file with semicolons in windows-1252 with types, and then only its new rows', async () => {
    const destination = ownDataCommands().commands[2]?.replace('my.db', 'customers.db') ?? '';
    expect(await loadOnlyNewRows({ gateway, folder }, destination)).toEqual([2, 2]);
    expect(rowsOf('customers.db', 'SELECT * FROM "customers" ORDER BY "customer no"')).toEqual([
      { 'customer no': 1, name: 'Jörg', 'revenue €': 1234.5, 'changed at': '2026-01-31' },
      { 'customer no': 2, name: 'Zoë', 'revenue €': 99.9, 'changed at': '2026-02-03' },
      { 'customer no': 3, name: 'Ägidius', 'revenue €': 7, 'changed at': '2026-02-02' },
    ]);
    const sample = JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as { fields: object[] };
    expect(sample.fields).toContainEqual({
      name: 'revenue €',
      type: 'number',
      isNullable: true,
      format: null,
    });
  });

  const rowsOf = (file: string, query: string): unknown[] => {
    const db = new DatabaseSync(join(folder, 'data', 'local', file));
    try {
      return db
        .prepare(query)
        .all()
        .map((row: unknown) => ({ ...(row as object) }));
    } finally {
      db.close();
    }
  };
});
