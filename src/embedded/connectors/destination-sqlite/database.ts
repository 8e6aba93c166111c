import { closeSync, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isObject, numberAt } from '../../platform/json';
import { ConnectorError } from '../../protocol/connector';
import { hasCode, messageOf } from '../../platform/system-error';
import { LocalFolder } from '../local-folder';
import type { Db } from './ownership';

/** How long a sync waits for another program that writes to the file. */
export const SYNC_BUSY_MS = 60_000;
/** A caller waits for the answer to a check. */
export const CHECK_BUSY_MS = 2000;
/** SQLite keeps these beside the file. */
const COMPANIONS = ['', '-wal', '-shm', '-journal'];
const DESCRIPTORS = '/proc/self/fd';

/**
 * Opens a SQLite file below `/local`, and makes it where it is missing.
 * @param path a path that was checked, see {@link destinationPath}
 * @param busyMs how long another program that writes to the file is waited for
 * @throws ConnectorError for what is not a SQLite file, or lies outside of `/local`
 */
export function openDatabase(path: string, busyMs: number): Db {
  if (dirname(path) === '/')
    throw new ConnectorError(
      'config_error',
      `${path} is a folder. Name a file below it as destination_path.`,
    );
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

/** SQLite opens by name, so each name must be that of a regular file or free. */
function createIfMissing(folder: LocalFolder, name: string): void {
  for (const companion of COMPANIONS.slice(1)) {
    const found = lstatSync(folder.entry(name + companion), { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw notRegular(`${folder.shown}/${name}${companion}`);
  }
  // Closed before SQLite opens it: closing any descriptor of a file gives up the locks of the process.
  try {
    closeSync(folder.openFile(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    closeSync(folder.openFile(name, constants.O_RDWR));
  }
}

function configure(db: Db, busyMs: number): void {
  db.exec(`PRAGMA busy_timeout = ${busyMs}`);
  const { objects } = countOf(db);
  // The journal of a database with content is its owner's choice.
  if (objects === 0) db.exec('PRAGMA journal_mode = WAL');
  // A table that others refer to is replaced without deleting their rows, and views on it stay as they are.
  db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON');
  db.exec('BEGIN IMMEDIATE; ROLLBACK');
}

function countOf(db: Db): { objects: number } {
  const row: unknown = db.prepare('SELECT COUNT(*) AS "objects" FROM "sqlite_master"').get();
  return { objects: isObject(row) ? (numberAt(row, 'objects') ?? 0) : 0 };
}

/** Another program may have put a link in the place of the file between the check and the opening of it. */
function assertOpened(real: string, path: string, before: ReadonlySet<string>): void {
  for (const [descriptor, target] of descriptors())
    if (!before.has(descriptor) && !COMPANIONS.some((companion) => target === real + companion))
      throw notRegular(path);
  for (const companion of COMPANIONS)
    if (lstatSync(real + companion, { throwIfNoEntry: false })?.isFile() === false)
      throw notRegular(path + companion);
}

/** The files that this process has open, by their descriptors; other systems than Linux do not list them. */
function descriptors(): ReadonlyMap<string, string> {
  if (process.platform !== 'linux') return new Map();
  const found = new Map<string, string>();
  for (const descriptor of readdirSync(DESCRIPTORS)) {
    try {
      const target = readlinkSync(join(DESCRIPTORS, descriptor));
      if (target.startsWith('/')) found.set(descriptor, target);
    } catch (error) {
      // The descriptor that listed them is closed.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return found;
}

function notRegular(path: string): ConnectorError {
  return new ConnectorError(
    'config_error',
    `${path} is a link or not a regular file, so it is not written. Remove it, or choose another destination_path.`,
  );
}

type Explanation = readonly [ConnectorError['failureType'], string];

const BUSY = 5;

function busyFor(busyMs: number): Explanation {
  return [
    'transient_error',
    `a running sync or another program has locked it for more than ${busyMs / 1000} seconds. Wait for its end, or close that program.`,
  ];
}

/** By the number of SQLite's result code. */
const EXPLANATIONS: Readonly<Record<number, Explanation>> = {
  6: ['transient_error', 'a table in it is locked. Close the program that uses it.'],
  8: [
    'config_error',
    'it is read-only. Give the user of the gateway the right to write the file and its folder.',
  ],
  10: ['transient_error', 'the disk failed. Check it.'],
  11: ['config_error', 'it is damaged. Restore it, or choose another destination_path.'],
  13: ['transient_error', 'the disk is full. Free some space.'],
  14: [
    'config_error',
    'it cannot be opened. Give the user of the gateway the right to write the file and its folder.',
  ],
  18: ['config_error', 'a record is longer than SQLite stores (1 GB). Leave it out at the source.'],
  23: ['config_error', 'access is denied. Give the user of the gateway the right to write the file.'],
  26: ['config_error', 'it is not a SQLite database. Choose another destination_path.'],
};

/** Explains an error of SQLite by the path of the configuration. */
export function explainSqliteError(error: unknown, path: string, busyMs: number): unknown {
  if (!isObject(error) || error['code'] !== 'ERR_SQLITE_ERROR') return error;
  const code = (numberAt(error, 'errcode') ?? 0) & 0xff;
  const explanation = code === BUSY ? busyFor(busyMs) : EXPLANATIONS[code];
  return explanation === undefined
    ? new ConnectorError('system_error', `Cannot write ${path}: ${messageOf(error)}`)
    : new ConnectorError(explanation[0], `Cannot write ${path}: ${explanation[1]}`);
}
