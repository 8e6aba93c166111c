/**
 * Remembers to whom a connection was given: nobody else is given it, however alike what they asked for. Claimants are
 * opaque; the tries of one request have one between them.
 */
export interface CreationClaims {
  /** Who has these, as far as anybody has. */
  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Claims what was found. @returns whether it is the claimant's now, or was before */
  claimFound(connectionId: string, claimant: string): Promise<boolean>;
  /**
   * Claims what a creation of the claimant's was answered with. Only what somebody else has found stands against it: an id
   * that two creations were answered with is Airbyte's own word, whatever one thinks of it.
   */
  claimCreated(connectionId: string, claimant: string): Promise<boolean>;
}

/** Whose a connection is, and whether it was found rather than answered. */
export interface Claim {
  readonly claimant: string;
  readonly isFound: boolean;
}

/** Whether a claim that there is already keeps a new one from being made. */
export function conflictsWith(known: Claim | undefined, claim: Claim): boolean {
  if (known === undefined || known.claimant === claim.claimant) return false;
  return known.isFound || claim.isFound;
}

/** Injection token of the claims that the application's client goes by. */
export const CREATION_CLAIMS = Symbol('CREATION_CLAIMS');

const MAX_CLAIMS = 10_000;

/** For one process, as long as it lives: the last 10,000 at least. */
export class MemoryCreationClaims implements CreationClaims {
  // Two that take turns: to find the oldest entry of one map, V8 passes by all that were ever deleted before it.
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

  /** The claim that there is. */
  get(connectionId: string): Claim | undefined {
    return this.claims.get(connectionId) ?? this.earlierClaims.get(connectionId);
  }

  /** @returns false where another stands against it */
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
