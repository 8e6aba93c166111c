import { createHash } from 'node:crypto';
import type { Caller } from '../http/caller';

interface Verified {
  readonly caller: Caller;
  readonly expiresAtMs: number;
  /** The issuer's keys of which one has signed it. */
  readonly keys: object;
}

const MAX_TOKENS = 10_000;

/**
 * Remembers which tokens were found good, by their hash: a token is sent many times, and to check its signature takes
 * many times as long as all else that is done for a request. Only good ones are remembered, so nobody can fill it
 * with what they make up. Once full, the one that came first goes first.
 */
export class VerifiedTokens {
  private readonly tokens = new Map<string, Verified>();

  constructor(private readonly maxTokens = MAX_TOKENS) {}

  /** @param keys those that the issuer publishes now: a token that others have signed has to be checked again */
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

/** Nobody can look for a token byte by byte: what is compared is its hash. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
