import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { LOCAL_ROOT_VARIABLE } from '../../protocol/local-root';
import { CHECK_BUSY_MS, openDatabase } from './database';

describe('the write-ahead log of a SQLite file', () => {
  const root = mkdtempSync(join(tmpdir(), 'sqlite-log-'));

  beforeAll(() => {
    process.env[LOCAL_ROOT_VARIABLE] = root;
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.each([
    [512, 131_072],
    [4096, 16_384],
    [65_536, 1024],
  ])(
    'has the same limit in bytes with pages of %i bytes, and each commit reaches the disk',
    (size, pages) => {
      const file = `pages-${size}.db`;
      const other = new DatabaseSync(join(root, file));
      other.exec(`PRAGMA page_size = ${size}; PRAGMA journal_mode = WAL; CREATE TABLE "own" ("id")`);
      other.close();
      const db = openDatabase(`/local/${file}`, CHECK_BUSY_MS);
      try {
        expect(db.prepare('PRAGMA wal_autocheckpoint').get()).toEqual({ wal_autocheckpoint: pages });
        // 2 is FULL.
        expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
      } finally {
        db.close();
      }
    },
  );
});
