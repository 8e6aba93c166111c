import { createHash } from 'node:crypto';
import type { Caller } from '../http/caller';

interface Verified {
  readonly caller: Caller;
  readonly expiresAtMs: number;
  /** The key set that contained the signing key. */
  readonly keys: object;
}

const MAX_TOKENS = 10_000;

/**
 * Caches verified tokens by hash, because the verification of a signature takes most of the time of a request. Invalid
 * tokens are not cached. A full cache evicts its oldest entry.
 */
export class VerifiedTokens {
  private readonly tokens = new Map<string, Verified>();

  constructor(private readonly maxTokens = MAX_TOKENS) {}

  /** @param keys the current keys of the issuer; a token that was verified with other keys is verified again */
  find(token: string, keys: object, nowMs: number): Caller | null {
    const id = hashOf(token);
    const known = this.tokens.get(id);
    if (!known) return null;
    if (known.keys === keys && nowMs < known.expiresAtMs) return known.caller;
    this.tokens.delete(id);
    return null;
  }

  add(token: string, verified: Verified): void {
    this.tokens.set(hashOf(token), verified);
    for (const oldest of this.tokens.keys()) {
      if (this.tokens.size <= this.maxTokens) return;
      this.tokens.delete(oldest);
    }
  }
}

/** Tokens are hashed, so that the duration of a lookup reveals nothing about them. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
