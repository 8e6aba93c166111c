import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreUnavailable } from './event-store';
import { type FileKind, SqliteFile } from './sqlite-file';
import { integerIn } from './stored-row';

const KIND: FileKind = {
  title: 'The file of this test',
  version: 1,
  durability: 'NORMAL',
  tables: 'CREATE TABLE IF NOT EXISTS "numbers" ("number" INTEGER PRIMARY KEY);',
};

describe('changes of one turn of the event loop', () => {
  let folder: string;
  let file: SqliteFile;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-file-'));
    file = SqliteFile.open(join(folder, 'test.db'), KIND);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const insert = (...numbers: readonly number[]): Promise<number> =>
    file.together(() => {
      for (const number of numbers) file.run('INSERT INTO "numbers" VALUES (?)', number);
      return numbers.length;
    });
  const stored = (): unknown[] =>
    file.all('SELECT "number" FROM "numbers"').map((row) => integerIn(row, 'number'));

  it('are stored when their promises resolve', async () => {
    const changes = [insert(1), insert(2, 3)];
    expect(await Promise.all(changes)).toEqual([1, 2]);
    expect(stored()).toEqual([1, 2, 3]);
    await file.close();
  });

  it('are stored without one that fails, of which nothing is stored', async () => {
    const [first, failed, last] = [insert(1), insert(2, 1), insert(3)];
    await expect(failed).rejects.toThrow(EventStoreUnavailable);
    await Promise.all([first, last]);
    expect(stored()).toEqual([1, 3]);
    await file.close();
  });

  it('are stored when the file is closed before their transaction', async () => {
    const change = insert(1);
    await file.close();
    await change;
    file = SqliteFile.open(join(folder, 'test.db'), KIND);
    expect(stored()).toEqual([1]);
    await file.close();
  });
});
