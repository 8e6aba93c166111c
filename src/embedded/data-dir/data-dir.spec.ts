import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPathError, resolveLocalPath } from '../platform/local-path';
import { Database, NewerStateError } from '../store/database';
import { readAccess } from './access';
import { DataDirInUseError, lockDataDir } from './lock';
import { identify, isAlive, thisProcess } from '../platform/process-identity';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function writeLock(holder: object): void {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ since: '2026-01-01T00:00:00.000Z', ...holder }));
}

describe('the lock of a data directory', () => {
  it('names its living holder', () => {
    writeLock(thisProcess());
    expect(() => lockDataDir(folder, new Date())).toThrow(DataDirInUseError);
    expect(() => lockDataDir(folder, new Date())).toThrow(
      `in use by process ${process.pid}, running since 2026-01-01T00:00:00.000Z`,
    );
  });

  it('is taken over if its holder has ended, if the process id was reused, or if it is incomplete', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const dead = identify(child.pid ?? 0);
    await once(child, 'exit');
    writeLock(dead);
    lockDataDir(folder, new Date())();
    writeLock({ pid: process.pid, started: 'another boot:1' });
    lockDataDir(folder, new Date())();
    writeFileSync(join(folder, 'lock'), '{"pid":');
    lockDataDir(folder, new Date())();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is held until it is released', () => {
    const release = lockDataDir(folder, new Date());
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('treats a process as alive only while it runs', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    const identity = identify(child.pid ?? 0);
    expect(isAlive(identity)).toBe(true);
    child.stdin.end();
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });
});

describe('the state', () => {
  it('of a newer version is rejected', () => {
    const db = Database.open(folder);
    db.run('UPDATE "meta" SET "value" = \'99\' WHERE "key" = \'schema_version\'');
    db.close();
    expect(() => Database.open(folder)).toThrow(NewerStateError);
    expect(() => Database.open(folder)).toThrow('schema 99');
  });

  it('is rolled back after an error in a transaction', () => {
    const db = Database.open(folder);
    const broken = (): void => {
      db.transaction(() => {
        db.run('INSERT INTO "workspaces" ("id", "name", "created_at") VALUES (\'w\', \'W\', 1)');
        throw new Error('in the middle');
      });
    };
    expect(broken).toThrow('in the middle');
    expect(db.all('SELECT * FROM "workspaces"')).toEqual([]);
    db.close();
  });

  it('cannot be opened twice, independent of the lock file', () => {
    const db = Database.open(folder);
    expect(() => Database.open(folder)).toThrow('locked');
    db.close();
  });
});

describe('the access file', () => {
  it('is not replaced if it is invalid JSON', () => {
    writeFileSync(join(folder, 'api.json'), 'half');
    expect(() => readAccess(folder)).toThrow('api.json is not JSON');
  });
});

describe('paths below /local/', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'local/in'), { recursive: true });
    symlinkSync('/etc', join(folder, 'local/out'));
    symlinkSync(join(folder, 'local/in'), join(folder, 'local/inside'));
  });

  it.each([
    ['/local/in/a.csv', 'in/a.csv'],
    ['/local/not/yet/there.csv', 'not/yet/there.csv'],
    ['/local//in/./a.csv', 'in/a.csv'],
    ['/local/inside/a.csv', 'inside/a.csv'],
  ])('%s is the file %s', (path, expected) => {
    expect(resolveLocalPath(join(folder, 'local'), path)).toBe(join(folder, 'local', expected));
  });

  it.each([
    ['/local/a\0b', 'The path "/local/a\\u0000b" must not contain the character NUL.'],
    ['/local/a/../b', 'The path "/local/a/../b" must not contain "..".'],
    [
      `/local/${'x'.repeat(300)}/a.csv`,
      `The path that begins with "/local/${'x'.repeat(93)}" cannot be used: it is too long.`,
    ],
  ])('%j is refused with the reason', (path, reason) => {
    expect(() => resolveLocalPath(join(folder, 'local'), path)).toThrow(new LocalPathError(reason));
  });

  it.each([
    '/etc/passwd',
    'local/a',
    '/localhost/a',
    '/local/../secret',
    '/local/in/../../x',
    '/local/out/passwd',
    '/local/a\0b',
    '',
  ])('%j is refused', (path) => {
    expect(() => resolveLocalPath(join(folder, 'local'), path)).toThrow(LocalPathError);
  });
});
