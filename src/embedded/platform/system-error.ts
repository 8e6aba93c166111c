import { readFileSync } from 'node:fs';
import { isObject } from './json';

/**
 * Whether a thrown value is a system error with one of these codes. Checks members, because `instanceof` fails for errors of
 * another realm (a `vm` context, as in Jest).
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isObject(error) && typeof error['code'] === 'string' && codes.includes(error['code']);
}

/** The code of a thrown value, for example `ENOENT` or an SQLSTATE; undefined without one. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

/** The message of a thrown value. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error['message'] === 'string' ? error['message'] : String(error);
}

/** The text of a file, or null if it does not exist. */
export function readFileIfExists(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
