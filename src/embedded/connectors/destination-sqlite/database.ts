import { closeSync, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isObject, numberAt } from '../../platform/json';
import { configError, ConnectorError } from '../../protocol/connector';
import { hasCode, messageOf } from '../../platform/system-error';
import { LocalFolder, notRegularFile } from '../local-folder';
import type { Db } from './ownership';

/** The time that a sync waits for a lock of another program. */
export const SYNC_BUSY_MS = 60_000;
/** Shorter than in a sync, because a caller waits for the check. */
export const CHECK_BUSY_MS = 2000;
/**
 * The size of the write-ahead log at which SQLite copies it into the database. The default of 4 MB copies most pages of an index
 * many times. Each commit still reaches the disk, and closing the database removes the log.
 */
const WAL_BYTES = 64 * 1024 * 1024;
/** The suffixes of the database file and of the files that SQLite creates beside it. */
const COMPANIONS = ['', '-wal', '-shm', '-journal'];
const DESCRIPTORS = '/proc/self/fd';

/**
 * Opens a SQLite file below `/local`, and creates it if it is missing.
 * @param path a path from {@link destinationPath}
 * @param busyMs the time to wait for a lock of another program
 * @throws ConnectorError if the file is not a SQLite file, or is outside of `/local`
 */
export function openDatabase(path: string, busyMs: number): Db {
  if (dirname(path) === '/')
    throw configError(`${path} is a folder. Name a file below it as destination_path.`);
  const folder = LocalFolder.open(dirname(path));
  try {
    createIfMissing(folder, basename(path));
    const before = new Set(descriptors().keys());
    const real = join(folder.realPath, basename(path));
    const db = new DatabaseSync(real);
    try {
      configure(db, busyMs);
      assertOpened(real, path, before);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  } finally {
    folder.close();
  }
}

/** SQLite opens files by name, so each name must be unused or a regular file. */
function createIfMissing(folder: LocalFolder, name: string): void {
  for (const companion of COMPANIONS.slice(1)) {
    const found = lstatSync(folder.entry(name + companion), { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw notRegularFile(`${folder.shown}/${name}${companion}`);
  }
  // The file is closed before SQLite opens it. Closing any descriptor of a file releases all POSIX locks of the process.
  try {
    closeSync(folder.openFile(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    closeSync(folder.openFile(name, constants.O_RDWR));
  }
}

function configure(db: Db, busyMs: number): void {
  db.exec(`PRAGMA busy_timeout = ${busyMs}`);
  const objects = numberOf(db, 'SELECT COUNT(*) AS "objects" FROM "sqlite_master"', 'objects');
  // The journal mode of an existing database is not changed.
  if (objects === 0) db.exec('PRAGMA journal_mode = WAL');
  // With these settings, replacing a table neither deletes rows that refer to it nor rewrites views on it.
  db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON');
  db.exec(
    `PRAGMA wal_autocheckpoint = ${Math.floor(WAL_BYTES / numberOf(db, 'PRAGMA page_size', 'page_size'))}`,
  );
  db.exec('BEGIN IMMEDIATE; ROLLBACK');
}

function numberOf(db: Db, query: string, column: string): number {
  const row: unknown = db.prepare(query).get();
  return isObject(row) ? (numberAt(row, column) ?? 0) : 0;
}

/** Detects a link that another program created between the check and SQLite's open. */
function assertOpened(real: string, path: string, before: ReadonlySet<string>): void {
  for (const [descriptor, target] of descriptors())
    if (!before.has(descriptor) && !COMPANIONS.some((companion) => target === real + companion))
      throw notRegularFile(path);
  for (const companion of COMPANIONS)
    if (lstatSync(real + companion, { throwIfNoEntry: false })?.isFile() === false)
      throw notRegularFile(path + companion);
}

/** The open files of this process by descriptor. Empty on systems other than Linux. */
function descriptors(): ReadonlyMap<string, string> {
  if (process.platform !== 'linux') return new Map();
  const found = new Map<string, string>();
  for (const descriptor of readdirSync(DESCRIPTORS)) {
    try {
      const target = readlinkSync(join(DESCRIPTORS, descriptor));
      if (target.startsWith('/')) found.set(descriptor, target);
    } catch (error) {
      // The descriptor of the directory listing itself is already closed.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return found;
}

type Explanation = readonly [ConnectorError['failureType'], string];

const BUSY = 5;

function busyFor(busyMs: number): Explanation {
  return [
    'transient_error',
    `a running sync or another program has locked it for more than ${busyMs / 1000} seconds. Wait until it ends, or close that program.`,
  ];
}

/** Explanations by SQLite's result code. */
const EXPLANATIONS: Readonly<Record<number, Explanation>> = {
  6: ['transient_error', 'a table in it is locked. Close the program that uses it.'],
  8: [
    'config_error',
    'it is read-only. Grant the user of the gateway write permission on the file and its folder.',
  ],
  10: ['transient_error', 'the disk failed. Check it.'],
  11: ['config_error', 'it is damaged. Restore it, or choose another destination_path.'],
  13: ['transient_error', 'the disk is full. Free some space.'],
  14: [
    'config_error',
    'it cannot be opened. Grant the user of the gateway write permission on the file and its folder.',
  ],
  18: ['config_error', 'a record is longer than SQLite can store (1 GB). Remove it at the source.'],
  23: ['config_error', 'access is denied. Grant the user of the gateway write permission on the file.'],
  26: ['config_error', 'it is not a SQLite database. Choose another destination_path.'],
};

/** Converts an error of SQLite to a failure with the configured path. */
export function explainSqliteError(error: unknown, path: string, busyMs: number): unknown {
  if (!isObject(error) || error['code'] !== 'ERR_SQLITE_ERROR') return error;
  const code = (numberAt(error, 'errcode') ?? 0) & 0xff;
  const explanation = code === BUSY ? busyFor(busyMs) : EXPLANATIONS[code];
  return explanation === undefined
    ? new ConnectorError('system_error', `Cannot write ${path}: ${messageOf(error)}`)
    : new ConnectorError(explanation[0], `Cannot write ${path}: ${explanation[1]}`);
}
