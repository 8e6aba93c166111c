/**
 * Remembers to whom a connection was given: nobody else is given it, however alike what they asked for. Claimants are
 * opaque; the tries of one request have one between them.
 */
export interface CreationClaims {
  /** Who has these, as far as anybody has. */
  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** @returns whether it is the claimant's now, or was before */
  claim(connectionId: string, claimant: string): Promise<boolean>;
}

/** Injection token of the claims that the application's client goes by. */
export const CREATION_CLAIMS = Symbol('CREATION_CLAIMS');

const REMEMBERED = 10_000;

/** For one process, as long as it lives. */
export class MemoryCreationClaims implements CreationClaims {
  private readonly owners = new Map<string, string>();

  ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const owned = connectionIds.flatMap((id): [string, string][] => {
      const owner = this.owners.get(id);
      return owner === undefined ? [] : [[id, owner]];
    });
    return Promise.resolve(new Map(owned));
  }

  claim(connectionId: string, claimant: string): Promise<boolean> {
    const owner = this.owners.get(connectionId) ?? claimant;
    this.owners.set(connectionId, owner);
    const [oldest] = this.owners.keys();
    if (this.owners.size > REMEMBERED && oldest !== undefined) this.owners.delete(oldest);
    return Promise.resolve(owner === claimant);
  }
}
