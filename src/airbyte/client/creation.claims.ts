/**
 * Remembers to whom a connection was given: nobody else is given it, however alike what they asked for. Claimants are
 * opaque; the tries of one request have one between them.
 */
export interface CreationClaims {
  /** Who has these, as far as anybody has. */
  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Claims what was found. @returns whether it is the claimant's now, or was before */
  take(connectionId: string, claimant: string): Promise<boolean>;
  /** Claims what a creation of the claimant's was answered with: only somebody else's own claim stands against it. */
  claim(connectionId: string, claimant: string): Promise<boolean>;
}

/** Injection token of the claims that the application's client goes by. */
export const CREATION_CLAIMS = Symbol('CREATION_CLAIMS');

const REMEMBERED = 10_000;

/** For one process, as long as it lives: the last 10,000 at least. */
export class MemoryCreationClaims implements CreationClaims {
  // Two that take turns: to find the oldest entry of one map, V8 passes by all that were ever deleted before it.
  private owners = new Map<string, string>();
  private earlierOwners = new Map<string, string>();

  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const owned = connectionIds.flatMap((id): [string, string][] => {
      const owner = this.ownerOf(id);
      return owner === undefined ? [] : [[id, owner]];
    });
    return Promise.resolve(new Map(owned));
  }

  take(connectionId: string, claimant: string): Promise<boolean> {
    return this.claim(connectionId, claimant);
  }

  claim(connectionId: string, claimant: string): Promise<boolean> {
    const owner = this.ownerOf(connectionId) ?? claimant;
    if (this.owners.size >= REMEMBERED) {
      this.earlierOwners = this.owners;
      this.owners = new Map();
    }
    this.owners.set(connectionId, owner);
    return Promise.resolve(owner === claimant);
  }

  private ownerOf(connectionId: string): string | undefined {
    return this.owners.get(connectionId) ?? this.earlierOwners.get(connectionId);
  }
}
