import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity';
import { numberAt, parseObject, stringAt } from './json';
import { NotRegularFileError, readSmallFile } from './regular-file';
import { hasCode } from './system-error';

/** Who holds a lock, and since when (ISO 8601). */
export type LockHolder = ProcessIdentity & { readonly since: string };

/**
 * Takes a lock file for this process. A lock whose holder is dead, or whose process id now belongs to another
 * process, is taken over.
 * @returns what gives the lock back, or the living holder
 */
export function takeLock(path: string, now: Date): { release: () => void } | { holder: LockHolder } {
  const mine = `${path}.${process.pid}`;
  // Nothing of that name is written to: it may be a link to another file.
  rmSync(mine, { force: true });
  const content = JSON.stringify({ ...thisProcess(), since: now.toISOString() });
  writeFileSync(mine, content, { mode: 0o600, flag: 'wx' });
  try {
    while (!tryLink(mine, path)) {
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) return { holder };
      removeDeadLock(path);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release: () => {
      rmSync(path, { force: true });
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    // Linking is the one step that makes the file appear whole, and fails if it is there.
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Two may take over at once: whoever moved a fresh lock away puts it back. */
function removeDeadLock(path: string): void {
  const taken = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, taken);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readHolder(taken);
  if (moved !== null && isAlive(moved)) tryLink(taken, path);
  rmSync(taken, { force: true });
}

/** Who a lock file names, alive or dead; null when there is none, or a torn one. */
export function readHolder(path: string): LockHolder | null {
  const text = readLock(path);
  if (text === null) return null;
  const content = parseObject(text);
  const pid = content === null ? undefined : numberAt(content, 'pid');
  if (content === null || pid === undefined) return null;
  return {
    pid,
    started: stringAt(content, 'started') ?? null,
    since: stringAt(content, 'since') ?? 'unknown',
  };
}

/** A link, a pipe or a folder in the place of a lock was not left by a holder. */
function readLock(path: string): string | null {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (error instanceof NotRegularFileError || hasCode(error, 'ELOOP', 'EISDIR', 'ENXIO')) return null;
    throw error;
  }
}
