import { hash as hashOf, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../http/caller';
import type { ApiKey } from '../config/settings-types';

/** The API keys that are known, by their SHA-256 alone. Several keys may have one name, so that they can be rotated. */
export class ApiKeyRing {
  private readonly keys: readonly { readonly hash: Buffer; readonly caller: Caller }[];

  constructor(keys: readonly ApiKey[]) {
    this.keys = keys.map(({ name, scopes, sha256, workspaceId }) => ({
      hash: Buffer.from(sha256, 'hex'),
      caller: { id: `key:${name}`, scopes, workspaceId },
    }));
  }

  /** Takes as long for a wrong key as for any right one: every hash is compared, in constant time. */
  find(presented: string): Caller | null {
    const hash = hashOf('sha256', presented, 'buffer');
    let found: Caller | null = null;
    for (const key of this.keys) {
      if (timingSafeEqual(key.hash, hash)) found = key.caller;
    }
    return found;
  }
}
