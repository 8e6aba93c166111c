import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../../config/start-error';

const KEY_BYTES = 32;
const FILE = 'webhooks.key';

/**
 * The key from DATA_KEY, or else from a file of the data directory, which is created with mode 0600 if it is missing.
 * @param given 32 bytes in base64, or null
 * @throws StartError if the file cannot be used
 */
export function boxKey(dataDir: string, given: string | null): Buffer {
  if (given !== null) return Buffer.from(given, 'base64');
  const path = join(dataDir, FILE);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const key = Buffer.from(readOrCreate(path).trim(), 'base64');
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    throw new StartError(
      `The key of the webhooks in ${path} cannot be used. Make it usable, or set DATA_KEY.`,
      {
        cause: error,
      },
    );
  }
  throw new StartError(
    `${path} does not contain a key of ${KEY_BYTES} bytes in base64. Restore it, or set DATA_KEY to its content.`,
  );
}

function readOrCreate(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const text = randomBytes(KEY_BYTES).toString('base64');
  const file = openSync(path, 'wx', 0o600);
  try {
    // The key must be durable before anything is encrypted with it.
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return text;
}
