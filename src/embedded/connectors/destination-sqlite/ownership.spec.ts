import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SqliteOutput, streamWith } from '../../../../test/embedded/sqlite-kit';

let output: SqliteOutput;

beforeEach(() => {
  output = new SqliteOutput();
});

afterEach(() => {
  output.folder.remove();
});

const MODES = ['overwrite', 'append', 'append_dedup'];
const KEY = { primary_key: [['id']] };

describe("a user's objects in the SQLite file", () => {
  it.each([
    ['table', 'CREATE TABLE "S" (id, keep)'],
    ['view', 'CREATE VIEW "s" AS SELECT 1 AS "id"'],
    ['index', 'CREATE TABLE "t" (id); CREATE INDEX "s" ON "t" (id)'],
    ['table', 'CREATE TABLE "_airbyte_raw_s" (id, keep)'],
    ['table', 'CREATE TABLE "_airbyte_new_s" (id, keep)'],
    ['index', 'CREATE TABLE "t" (id); CREATE INDEX "_airbyte_key_s" ON "t" (id)'],
    ['view', 'CREATE TABLE "t" (id); CREATE VIEW "_airbyte_raw_s" AS SELECT id FROM "t"'],
  ])('are not replaced: a %s created by %s', async (type, sql) => {
    output.exec(sql);
    const before = output.query('SELECT "name", "sql" FROM "sqlite_master"');
    for (const mode of MODES) {
      const failure = await output.write('s', mode, [{ id: 1 }], KEY);
      expect(failure?.type).toBe('config_error');
      expect(failure?.message).toMatch(
        new RegExp(`but a ${type} that this connector did not create has it. Rename the ${type}`),
      );
    }
    expect(output.query('SELECT "name", "sql" FROM "sqlite_master"')).toEqual(before);
  });

  it('stay unchanged beside the streams', async () => {
    output.exec(
      `PRAGMA foreign_keys = ON; CREATE TABLE "mine" (id INTEGER PRIMARY KEY, keep); INSERT INTO "mine" VALUES (1, 'precious')`,
    );
    for (const mode of MODES) expect(await output.write('s', mode, [{ id: 1 }], KEY)).toBeNull();
    expect(output.query('SELECT * FROM "mine"')).toEqual([{ id: 1n, keep: 'precious' }]);
  });

  it('survive on the tables of an overwritten stream', async () => {
    await output.write('s', 'overwrite', [{ id: 1, v: 1 }]);
    output.exec(`CREATE INDEX "by_id" ON "_airbyte_raw_s" ("value_id");
      CREATE TABLE "log" (n); CREATE TRIGGER "logged" AFTER DELETE ON "_airbyte_raw_s" BEGIN INSERT INTO "log" VALUES (1); END;
      CREATE TRIGGER "instead" INSTEAD OF DELETE ON "s" BEGIN INSERT INTO "log" VALUES (2); END;
      CREATE VIEW "double" AS SELECT "id" * 2 AS "id" FROM "s"`);
    const names = 'SELECT "name" FROM "sqlite_master" ORDER BY 1';
    const before = output.query(names);
    expect(await output.write('s', 'overwrite', [{ id: 2, v: 1 }])).toBeNull();
    expect(output.query(names)).toEqual(before);
    expect(output.query('SELECT * FROM "double"')).toEqual([{ id: 4n }]);
    expect(output.query('SELECT * FROM "log"')).toEqual([]);
  });

  it('in a column of the raw table are kept, and a sync that has to replace the table fails', async () => {
    await output.write('s', 'append', [{ id: 1 }]);
    output.exec(`ALTER TABLE "_airbyte_raw_s" ADD COLUMN "note"; UPDATE "_airbyte_raw_s" SET "note" = 'mine';
      ALTER TABLE "_airbyte_raw_s" ADD COLUMN "shout" AS (upper("note"))`);
    expect(await output.write('s', 'append', [{ id: 2 }])).toBeNull();
    const more = streamWith('s', { id: {}, extra: {} });
    for (const [mode, stream] of [
      ['overwrite', {}],
      ['append', more],
      ['append_dedup', KEY],
    ] as const)
      expect(await output.write('s', mode, [{ id: 3 }], stream)).toEqual({
        type: 'config_error',
        message:
          'Stream s: the table "_airbyte_raw_s" has the column "note", which this connector did not create, and the sync has to replace the table. Copy the column to another table and drop it.',
      });
    const notes = output.query('SELECT "value_id" AS "id", "note", "shout" FROM "_airbyte_raw_s"');
    expect(notes).toEqual([
      { id: 1n, note: 'mine', shout: 'MINE' },
      { id: 2n, note: null, shout: null },
    ]);
    output.exec(
      'ALTER TABLE "_airbyte_raw_s" DROP COLUMN "shout"; ALTER TABLE "_airbyte_raw_s" DROP COLUMN "note"',
    );
    expect(await output.write('s', 'overwrite', [{ id: 3 }])).toBeNull();
    expect(output.query('SELECT "id" FROM "s"')).toEqual([{ id: 3n }]);
  });

  it.each(['append', 'append_dedup'])('cannot delete rows without an error in mode %s', async (mode) => {
    await output.write('s', mode, [{ id: 1 }], KEY);
    output.exec(
      'CREATE TRIGGER "drop" AFTER INSERT ON "_airbyte_raw_s" BEGIN DELETE FROM "_airbyte_raw_s" WHERE "rowid" = NEW."rowid"; END',
    );
    expect((await output.write('s', mode, [{ id: 2 }], KEY))?.message).toContain('a trigger of the database');
    expect(output.query('SELECT "id" FROM "s"')).toEqual([{ id: 1n }]);
    output.exec('DROP TRIGGER "drop"; CREATE TABLE "log" (x)');
    output.exec(
      'CREATE TRIGGER "log" AFTER INSERT ON "_airbyte_raw_s" BEGIN INSERT INTO "log" VALUES (1), (2); END',
    );
    expect(await output.write('s', mode, [{ id: 2 }, { id: 3 }], KEY)).toBeNull();
    expect(output.query('SELECT "id" FROM "s"')).toEqual([{ id: 1n }, { id: 2n }, { id: 3n }]);
  });

  it('cannot suppress rows without an error', async () => {
    await output.write('s', 'append', [{ id: 1 }]);
    output.exec('CREATE TRIGGER "drop" BEFORE INSERT ON "_airbyte_raw_s" BEGIN SELECT RAISE(IGNORE); END');
    expect((await output.write('s', 'append', [{ id: 2 }]))?.message).toContain('a trigger of the database');
  });
});

describe('two streams whose tables have one name', () => {
  it.each([
    [
      { namespace: 'a', name: 'b_c' },
      { namespace: 'a_b', name: 'c' },
    ],
    [{ name: 'Users' }, { name: 'users' }],
  ])('are kept apart in different syncs: %j and %j', async (first, second) => {
    expect(await output.empty(first)).toBeNull();
    expect((await output.empty(second))?.message).toMatch(/would share the table .* Set another prefix/);
    expect(await output.empty(first)).toBeNull();
  });

  it.each(['_airbyte_raw_users', 'SQLITE_x', 'a\0b'])('are avoided by refusing the name %j', async (name) => {
    const failure = await output.write(name, 'append', []);
    expect(failure?.type).toBe('config_error');
    expect(failure?.message).toContain('Set another prefix');
  });
});

describe('the path of the SQLite file', () => {
  const check: SqliteOutput['check'] = (...args) => output.check(...args);
  const local = (name: string): string => join(output.folder.path, 'local', name);

  it('may name an existing database or a new one, in new folders', async () => {
    expect(await check('/local/a/b/new.sqlite')).toBeNull();
    expect(await check('/local/a/b/new.sqlite')).toBeNull();
  });

  it.each(['x', '-wal', '-shm', '-journal'])(
    'is refused where a link to %s leads out of it',
    async (suffix) => {
      const outside = join(output.folder.path, 'outside');
      const name = suffix === 'x' ? 'l.sqlite' : `l.sqlite${suffix}`;
      for (const exists of [false, true]) {
        if (exists) writeFileSync(outside, 'mine');
        else symlinkSync(outside, local(name));
        expect(await check('/local/l.sqlite')).toContain('link');
      }
      expect(readFileSync(outside, 'utf8')).toBe('mine');
    },
  );

  it('creates nothing through a dangling link', async () => {
    symlinkSync(join(output.folder.path, 'gone'), local('folder'));
    expect(await check('/local/folder/x.sqlite')).toContain('link');
    expect(existsSync(join(output.folder.path, 'gone'))).toBe(false);
  });

  it('is refused for other files, pipes and folders', async () => {
    writeFileSync(local('text'), 'This is a text of the user, and a long one.');
    expect(await check('/local/text')).toBe(
      'Cannot write /local/text: it is not a SQLite database. Choose another destination_path.',
    );
    expect(readFileSync(local('text'), 'utf8')).toContain('of the user');
    mkdirSync(local('folder'));
    expect(await check('/local/folder')).toContain('/local/folder is a link or not a regular file');
    expect(await check('/local/text/x.sqlite')).toBe(
      '/local/text is not a folder. Choose another destination_path.',
    );
    expect(await check('/local')).toContain('is a folder');
    if (process.platform === 'win32') return;
    spawnSync('mkfifo', [local('pipe')]);
    expect(lstatSync(local('pipe')).isFIFO()).toBe(true);
    expect(await check('/local/pipe')).toContain('not a regular file');
  });

  it.each([[5], [['/local/x']], [''], [null], ['/tmp/x']])('is refused if it is %j', async (path) => {
    expect(await check(path)).toMatch(/destination_path must be|must begin with/);
  });

  it('is the only member of the configuration', async () => {
    expect(await check('/local/x', { path: '/local/y' })).toMatch(/^path is not a member/);
    expect(readdirSync(local('.'))).toEqual([]);
  });
});
