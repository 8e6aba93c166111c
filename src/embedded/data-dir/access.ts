import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { numberAt, parseObject, stringAt, type JsonObject } from '../platform/json';
import { writeFileAtomic } from '../platform/regular-file';
import { DataDirError } from '../platform/storage-fault';
import { readFileIfExists } from '../platform/system-error';

/** Shorter secrets can be guessed. */
const SHORTEST_SECRET = 16;

/** The port and the credentials of the embedded API, for scripts on this machine. Stored in `api.json` with mode 0600. */
export interface Access {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The port of the last run; null before the first. */
  readonly port: number | null;
}

/**
 * Reads the access file, or creates credentials if it does not exist.
 * @throws DataDirError if it contains no usable credentials
 */
export function readAccess(dataDir: string): Access {
  const path = join(dataDir, 'api.json');
  const content = readFileIfExists(path);
  const parsed = content === null ? null : parseObject(content);
  if (content === null)
    return { clientId: randomUUID(), clientSecret: randomBytes(24).toString('base64url'), port: null };
  if (parsed === null) throw invalid(path, 'is not JSON');
  return {
    clientId: credential(path, parsed, 'clientId', 1),
    clientSecret: credential(path, parsed, 'clientSecret', SHORTEST_SECRET),
    port: portOf(parsed),
  };
}

function credential(path: string, content: JsonObject, name: string, shortest: number): string {
  const value = stringAt(content, name) ?? '';
  if (value.length < shortest)
    throw invalid(path, `has no usable ${name}: a string of ${shortest} or more characters is required`);
  return value;
}

/** A preference only: another port is used if it is taken. */
function portOf(content: JsonObject): number | null {
  const port = numberAt(content, 'port');
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

function invalid(path: string, fault: string): DataDirError {
  return new DataDirError(`${path} ${fault}. Correct it, or remove it to get new credentials.`);
}

/** Writes the access file atomically, with mode 0600. */
export function writeAccess(dataDir: string, access: Access & { apiUrl: string }): void {
  writeFileAtomic(join(dataDir, 'api.json'), `${JSON.stringify(access, null, 2)}\n`, 0o600);
}
