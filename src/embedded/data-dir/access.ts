import { randomBytes, randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberAt, parseObject, stringAt } from '../json';
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
  const path = join(dataDir, 'api.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
