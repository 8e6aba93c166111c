import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity';
import { numberAt, parseObject, stringAt } from './json';
import { NotRegularFileError, readSmallFile } from './regular-file';
import { hasCode } from './system-error';

/** The process that holds a lock, and since when (ISO 8601). */
export type LockHolder = ProcessIdentity & { readonly since: string };

/** A lock that was taken, or the living process that holds it. */
export type LockResult = { readonly release: () => void } | { readonly holder: LockHolder };

/** Takes a lock file for this process. A stale lock, whose process has ended, is taken over. */
export function takeLock(path: string, now: Date): LockResult {
  const own = `${path}.${process.pid}`;
  const content = JSON.stringify({ ...thisProcess(), since: now.toISOString() });
  // The name may be taken by a link to another file, so it is removed and never written to.
  rmSync(own, { force: true });
  writeFileSync(own, content, { mode: 0o600, flag: 'wx' });
  try {
    while (!tryLink(own, path)) {
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) return { holder };
      const takeover = removeStaleLock(path, now);
      if (takeover !== null) return { holder: takeover };
    }
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (readLock(path) === content) rmSync(path, { force: true });
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    // A link appears with its whole content, and fails when the name is taken.
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Removes a stale lock. A second lock is held meanwhile: otherwise two processes could find the same stale lock, and the
 * slower one would remove the fresh lock of the faster one.
 * @returns the process that removes it already, or null
 */
function removeStaleLock(path: string, now: Date): LockHolder | null {
  const takeover = takeLock(`${path}.takeover`, now);
  if ('holder' in takeover) return takeover.holder;
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    takeover.release();
  }
  return null;
}

/** A lock that is missing is not stale: another process may create it at any moment. */
function isStale(path: string): boolean {
  const text = readLock(path);
  const holder = text === null ? null : parseHolder(text);
  return text !== null && (holder === null || !isAlive(holder));
}

/** The process that a lock file names, alive or not; null without a lock file, or for an incomplete one. */
export function readHolder(path: string): LockHolder | null {
  return parseHolder(readLock(path) ?? '');
}

function parseHolder(text: string): LockHolder | null {
  const content = parseObject(text) ?? {};
  const pid = numberAt(content, 'pid');
  if (pid === undefined) return null;
  return {
    pid,
    started: stringAt(content, 'started') ?? null,
    since: stringAt(content, 'since') ?? 'unknown',
  };
}

/** The text of a lock file, or null without one. A link, a pipe or a folder in its place counts as empty. */
function readLock(path: string): string | null {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (error instanceof NotRegularFileError || hasCode(error, 'ELOOP', 'EISDIR', 'ENXIO')) return '';
    throw error;
  }
}
