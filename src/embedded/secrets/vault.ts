import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject, type JsonObject } from '../platform/json';
import { writeFileAtomic } from '../platform/regular-file';
import { readFileIfExists } from '../platform/system-error';
import { EmbeddedStartError } from '../platform/start-error';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'aes-256-gcm:';

/** The key is missing, invalid, or not the one that encrypted the state. */
export class VaultError extends EmbeddedStartError {
  override readonly name = 'VaultError';
}

/** Encrypts configurations for the disk (AES-256-GCM, a fresh nonce each) and decrypts them. */
export class Vault {
  private constructor(
    private readonly key: Buffer,
    /** The name of the key in messages. */
    private readonly keyName: string,
  ) {}

  /**
   * Opens the vault with the given key, or else with the key file of the data directory (mode 0600).
   * @param given 32 bytes in base64, or null
   * @param mayCreate whether a missing key file may be created, because nothing is encrypted yet
   * @throws VaultError if there is no usable key
   */
  static open(dataDir: string, given: string | null, mayCreate: boolean): Vault {
    if (given !== null) return new Vault(parseKey(given, 'DATA_KEY'), 'DATA_KEY');
    const path = join(dataDir, 'secret.key');
    const text = readFileIfExists(path);
    if (text !== null) {
      refuseOpenFile(path);
      return new Vault(parseKey(text, path), path);
    }
    if (!mayCreate)
      throw new VaultError(
        `${path} is missing, and without it the stored configurations cannot be read. Restore it, or set DATA_KEY to its content.`,
      );
    const key = randomBytes(KEY_BYTES);
    // The key must be durable before anything is encrypted with it.
    writeFileAtomic(path, `${key.toString('base64')}\n`, 0o600);
    return new Vault(key, path);
  }

  seal(configuration: JsonObject): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(configuration), 'utf8'), cipher.final()]);
    return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /**
   * Decrypts the output of {@link seal}. Also accepts the plain JSON of older versions.
   * @throws VaultError if it was encrypted with another key
   */
  unseal(text: string): JsonObject {
    const plain = text.startsWith(PREFIX)
      ? this.decrypt(Buffer.from(text.slice(PREFIX.length), 'base64'))
      : text;
    const configuration = parseObject(plain);
    if (configuration === null) throw new VaultError('A stored configuration is not a JSON object.');
    return configuration;
  }

  private decrypt(bytes: Buffer): string {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([
        decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8');
    } catch (error) {
      throw new VaultError(
        `A stored configuration cannot be decrypted: ${this.keyName} is not the key that encrypted it. ` +
          'Use that key again, or another DATA_DIR.',
        { cause: error },
      );
    }
  }
}

/** @throws VaultError that names the origin of the key, never its content */
function parseKey(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new VaultError(`${where} does not contain a key: 32 bytes in base64 are expected.`);
  return key;
}

/** Windows has no file modes. */
function refuseOpenFile(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new VaultError(
      `${path} can be read by other users (mode ${mode.toString(8)}). Run chmod 600 on it.`,
    );
}
