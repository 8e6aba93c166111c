import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../config/settings-types';

const KEY_BYTES = 32;
/** 22 characters of base64url are 132 bits. */
const SIGNATURE_LENGTH = 22;

/** Signs data that callers send back, such as page tokens. The gateway accepts only tokens that it has issued. */
export class TokenSigner {
  constructor(private readonly key: Buffer) {}

  /**
   * Derives the key from PAGE_TOKEN_KEY or from the credentials for Airbyte, so that replicas accept the tokens of each other.
   * Without both, the key is random, and only this process accepts its tokens. The hashes of API keys are not used: a caller
   * knows its own key.
   */
  static from({ airbyte, pageTokenKey }: Pick<Settings, 'airbyte' | 'pageTokenKey'>): TokenSigner {
    const { credentials } = airbyte;
    const shared = pageTokenKey ?? (credentials.kind === 'none' ? null : JSON.stringify(credentials));
    const secret = shared ?? randomBytes(KEY_BYTES);
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

  private digest(purpose: string, text: string): string {
    return createHmac('sha256', this.key).update(`${purpose}\0${text}`).digest('base64url');
  }
}
