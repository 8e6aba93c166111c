import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../config/settings-types';

const KEY_BYTES = 32;
/** 132 bits, as 22 characters. */
const SIGNATURE_LENGTH = 22;
/** 66 bits: enough to tell the few rows of a list from one another. */
const FINGERPRINT_LENGTH = 11;

/** Signs what callers carry from one request to the next, such as page tokens: only what was given is accepted. */
export class TokenSigner {
  constructor(private readonly key: Buffer) {}

  /**
   * All replicas derive one key from the secrets that they have in common. Where there are none, nobody has to sign in
   * either; a signature protects against mistakes then, and what a token can cost is bounded in any case.
   */
  static from({ airbyte, apiKeys }: Pick<Settings, 'airbyte' | 'apiKeys'>): TokenSigner {
    const { credentials } = airbyte;
    const secret = JSON.stringify(
      credentials.kind === 'none' ? apiKeys.map(({ sha256 }) => sha256) : credentials,
    );
    return new TokenSigner(Buffer.from(hkdfSync('sha256', secret, '', 'page tokens', KEY_BYTES)));
  }

  /** @param purpose keeps a token of one list from being taken for one of another */
  sign(purpose: string, text: string): string {
    return this.digest(purpose, text).slice(0, SIGNATURE_LENGTH);
  }

  verify(purpose: string, text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(purpose, text));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Stands for an id without showing it. */
  fingerprint(id: string): string {
    return this.digest('id', id).slice(0, FINGERPRINT_LENGTH);
  }

  private digest(purpose: string, text: string): string {
    return createHmac('sha256', this.key).update(`${purpose}\0${text}`).digest('base64url');
  }
}
