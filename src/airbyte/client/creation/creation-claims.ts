/** It cannot be read at the moment which request owns a connection, so no conclusion may be drawn from a lookup. */
export class ClaimsUnavailable extends Error {
  override readonly name = 'ClaimsUnavailable';
}

/**
 * Records which request owns a created connection, so that no two requests receive the same one. A claimant is
 * an opaque id shared by all retries of one request.
 */
export interface CreationClaims {
  /** Owners of these connections. Unclaimed connections are absent. @throws ClaimsUnavailable */
  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Claims a connection that a lookup found.
   * @returns true if the claimant owns it now, false if another one does
   * @throws ClaimsUnavailable
   */
  claimFound(connectionId: string, claimant: string): Promise<boolean>;
  /**
   * Claims a connection that Airbyte returned for the claimant's creation. Fails only if another request
   * already recovered it by a lookup: if Airbyte answers two creations with one id, both are trusted.
   */
  claimCreated(connectionId: string, claimant: string): Promise<boolean>;
}

/** Owner of a connection. `isFound`: claimed after a lookup, not after a response. */
export interface Claim {
  readonly claimant: string;
  readonly isFound: boolean;
}

/** Whether an existing claim prevents a new one. */
export function conflictsWith(known: Claim | undefined, claim: Claim): boolean {
  if (known === undefined || known.claimant === claim.claimant) return false;
  return known.isFound || claim.isFound;
}

/** Injection token of the claims used by the application's client. */
export const CREATION_CLAIMS = Symbol('CREATION_CLAIMS');

const MAX_CLAIMS = 10_000;

/** Claims of one process, in memory. Keeps at least the newest 10,000. */
export class MemoryCreationClaims implements CreationClaims {
  // Two generations, rotated: finding the oldest entry of one Map is O(deleted entries) in V8.
  private claims = new Map<string, Claim>();
  private earlierClaims = new Map<string, Claim>();

  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const owned = connectionIds.flatMap((id): [string, string][] => {
      const known = this.get(id);
      return known === undefined ? [] : [[id, known.claimant]];
    });
    return Promise.resolve(new Map(owned));
  }

  claimFound(connectionId: string, claimant: string): Promise<boolean> {
    return Promise.resolve(this.add(connectionId, { claimant, isFound: true }));
  }

  claimCreated(connectionId: string, claimant: string): Promise<boolean> {
    return Promise.resolve(this.add(connectionId, { claimant, isFound: false }));
  }

  get(connectionId: string): Claim | undefined {
    return this.claims.get(connectionId) ?? this.earlierClaims.get(connectionId);
  }

  /** @returns false if an existing claim conflicts */
  add(connectionId: string, claim: Claim): boolean {
    if (conflictsWith(this.get(connectionId), claim)) return false;
    if (this.claims.size >= MAX_CLAIMS) {
      this.earlierClaims = this.claims;
      this.claims = new Map();
    }
    this.claims.set(connectionId, claim);
    return true;
  }
}
