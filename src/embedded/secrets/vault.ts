import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject, type JsonObject } from '../json';
import { readIfThere } from '../system-error';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'aes-256-gcm:';

/** The key does not fit what was encrypted, or is no key. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

/** Encrypts configurations for the disk (AES-256-GCM, a fresh nonce each) and decrypts them. */
export class Vault {
  private constructor(
    private readonly key: Buffer,
    private readonly keyPath: string,
  ) {}

  /** Opens the vault with the data directory's key file, mode 0600, which is made when there is none. */
  static open(dataDir: string): Vault {
    const path = join(dataDir, 'secret.key');
    const text = readIfThere(path);
    if (text === null) {
      const key = randomBytes(KEY_BYTES);
      writeFileSync(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
      return new Vault(key, path);
    }
    const key = Buffer.from(text.trim(), 'base64');
    if (key.length !== KEY_BYTES)
      throw new VaultError(`${path} holds no key: 32 bytes in base64 were expected.`);
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
        `A stored configuration cannot be decrypted: ${this.keyPath} is not the key it was encrypted with.`,
        {
          cause: error,
        },
      );
    }
  }
}
