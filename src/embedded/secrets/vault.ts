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

/** The key does not fit what was encrypted, or is no key. */
export class VaultError extends EmbeddedStartError {
  override readonly name = 'VaultError';
}

/** Encrypts configurations for the disk (AES-256-GCM, a fresh nonce each) and decrypts them. */
export class Vault {
  private constructor(
    private readonly key: Buffer,
    /** What the key is called in messages. */
    private readonly keyName: string,
  ) {}

  /**
   * Opens the vault with a key of the settings, or else with the data directory's key file, mode 0600.
   * @param given 32 bytes in base64, or null
   * @param mayMake whether nothing was encrypted yet, so that a missing key file may be made
   * @throws VaultError when there is no usable key
   */
  static open(dataDir: string, given: string | null, mayMake: boolean): Vault {
    if (given !== null) return new Vault(parseKey(given, 'DATA_KEY'), 'DATA_KEY');
    const path = join(dataDir, 'secret.key');
    const text = readFileIfExists(path);
    if (text !== null) {
      refuseOpenFile(path);
      return new Vault(parseKey(text, path), path);
    }
    if (!mayMake)
      throw new VaultError(
        `${path} is missing, and without it the stored configurations cannot be read: put it back, or set DATA_KEY to what it held.`,
      );
    const key = randomBytes(KEY_BYTES);
    // On the disk before anything that it encrypted.
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
   * Reads what {@link seal} wrote, or plain JSON as older versions wrote it.
   * @throws VaultError when the key is another one
   */
  unseal(text: string): JsonObject {
    const plain = text.startsWith(PREFIX)
      ? this.decrypt(Buffer.from(text.slice(PREFIX.length), 'base64'))
      : text;
    const configuration = parseObject(plain);
    if (configuration === null) throw new VaultError('A stored configuration is no JSON object.');
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
        `A stored configuration cannot be decrypted: ${this.keyName} is not the key it was encrypted with. ` +
          'Use that key again, or another DATA_DIR.',
        { cause: error },
      );
    }
  }
}

/** @throws VaultError that names where the key was found, never its content */
function parseKey(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new VaultError(`${where} holds no key: 32 bytes in base64 were expected.`);
  return key;
}

/** Windows knows no such modes. */
function refuseOpenFile(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new VaultError(
      `${path} may be read by others than its owner (mode ${mode.toString(8)}): run chmod 600 on it.`,
    );
}
