import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../config/settings-types';

const KEY_BYTES = 32;
/** 22 characters of base64url are 132 bits. */
const SIGNATURE_LENGTH = 22;
/** 11 characters of base64url are 66 bits, which is sufficient to distinguish the rows of a list. */
const FINGERPRINT_LENGTH = 11;

/** Signs data that callers send back, such as page tokens. The gateway accepts only tokens that it has issued. */
export class TokenSigner {
  constructor(private readonly key: Buffer) {}

  /**
   * All replicas derive the same key from their common secrets. Without secrets, the signature only detects accidental changes.
   * Forged tokens are then possible, but the cost of any token is bounded.
   */
  static from({ airbyte, apiKeys }: Pick<Settings, 'airbyte' | 'apiKeys'>): TokenSigner {
    const { credentials } = airbyte;
    const secret = JSON.stringify(
      credentials.kind === 'none' ? apiKeys.map(({ sha256 }) => sha256) : credentials,
    );
    return new TokenSigner(Buffer.from(hkdfSync('sha256', secret, '', 'page tokens', KEY_BYTES)));
  }

  /** @param purpose prevents the use of a token for another kind of list */
  sign(purpose: string, text: string): string {
    return this.digest(purpose, text).slice(0, SIGNATURE_LENGTH);
  }

  verify(purpose: string, text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(purpose, text));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Returns a short keyed hash of an id. */
  fingerprint(id: string): string {
    return this.digest('id', id).slice(0, FINGERPRINT_LENGTH);
  }

  private digest(purpose: string, text: string): string {
    return createHmac('sha256', this.key).update(`${purpose}\0${text}`).digest('base64url');
  }
}
