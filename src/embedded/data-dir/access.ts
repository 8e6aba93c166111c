import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { numberAt, parseObject, stringAt } from '../json';
import { keepFile } from '../keep-file';
import { readIfThere } from '../system-error';

/** How scripts on this machine reach the embedded API; kept in `api.json`, readable by its owner only. */
export interface Access {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The port of the last run; null before the first. */
  readonly port: number | null;
}

/** Reads the access file, or makes credentials when there is none yet. */
export function readAccess(dataDir: string): Access {
  const content = readIfThere(join(dataDir, 'api.json'));
  const parsed = content === null ? null : parseObject(content);
  if (content !== null && parsed === null) {
    throw new Error(
      `${join(dataDir, 'api.json')} is not JSON: mend it, or remove it to get new credentials.`,
    );
  }
  return {
    clientId: (parsed && stringAt(parsed, 'clientId')) ?? randomUUID(),
    clientSecret: (parsed && stringAt(parsed, 'clientSecret')) ?? randomBytes(24).toString('base64url'),
    port: (parsed && numberAt(parsed, 'port')) ?? null,
  };
}

/** Keeps the access file, with mode 0600, in one step. */
export function writeAccess(dataDir: string, access: Access & { apiUrl: string }): void {
  keepFile(join(dataDir, 'api.json'), `${JSON.stringify(access, null, 2)}\n`, 0o600);
}
