import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts the secrets of webhooks for the storage (AES-256-GCM, a fresh nonce each) and decrypts them. */
export class SecretBox {
  private readonly key: Buffer;

  /** @param key 32 bytes. The key for the secrets is derived from it, because it encrypts other things, too */
  constructor(key: Buffer) {
    this.key = Buffer.from(hkdfSync('sha256', key, '', 'webhook secrets', KEY_BYTES));
  }

  /** @param webhookId binds the text to the webhook, so that it is useless in another one */
  seal(secret: string, webhookId: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(webhookId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** @returns null if it was encrypted with another key, or for another webhook */
  open(text: string, webhookId: string): string | null {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length < IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(webhookId)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return plain.toString('utf8');
    } catch {
      // GCM does not say more than that the text is not authentic.
      return null;
    }
  }
}
