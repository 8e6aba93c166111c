import { readFileSync } from 'node:fs';
import { isObject } from './json';

/**
 * Whether a thrown value is a system error with one of these codes. Told by its members: errors of Node's own
 * modules come from another realm when code runs in a `vm` context, where `instanceof` fails.
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isObject(error) && typeof error['code'] === 'string' && codes.includes(error['code']);
}

/** The code of a thrown value, for example `ENOENT` or an SQLSTATE; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error['message'] === 'string' ? error['message'] : String(error);
}

/** A file's text, or null when there is no such file. */
export function readFileIfExists(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
