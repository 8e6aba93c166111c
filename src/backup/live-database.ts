import { closeSync, copyFileSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';

const WAL_HEADER_BYTES = 32;
/** The log is emptied every few thousand changes at most, so two attempts rarely coincide with it. */
const MAX_ATTEMPTS = 20;

/**
 * Copies a SQLite database that another process has locked and writes to, in WAL mode. The copy contains every commit before
 * the call.
 *
 * Pages are written to the database only after they are in its log (sqlite.org/wal.html), and the log starts anew with other
 * salts in its header. If the header is the same before and after, the log contains every page that was written during the
 * copy of the database.
 */
export function copyLiveDatabase(from: string, to: string): void {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const before = headerOf(`${from}-wal`);
    copyFileSync(from, to);
    rmSync(`${to}-wal`, { force: true });
    if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
    if (headerOf(`${from}-wal`).equals(before)) {
      mergeLog(to);
      return;
    }
  }
  throw new Error(`${from} changes too fast to be copied. Try again.`);
}

/** Opens the copy, which reads the log, and makes one file of both. */
function mergeLog(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA journal_mode = DELETE');
    const result = JSON.stringify(db.prepare('PRAGMA integrity_check').get());
    if (!result.includes('"ok"')) throw new Error(`The copy ${path} is damaged: ${result}`);
  } finally {
    db.close();
  }
}

function headerOf(path: string): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(WAL_HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, WAL_HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
