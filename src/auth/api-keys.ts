import { hash as hashOf, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../http/caller';
import type { ApiKey } from '../config/settings-types';

/** The configured API keys, stored as SHA-256. Several keys can have the same name, for rotation. */
export class ApiKeyRing {
  private keys: readonly { readonly hash: Buffer; readonly caller: Caller }[] = [];

  constructor(keys: readonly ApiKey[]) {
    this.replace(keys);
  }

  /** From now on only these keys are accepted. */
  replace(keys: readonly ApiKey[]): void {
    this.keys = keys.map(({ name, scopes, sha256, workspaceId }) => ({
      hash: Buffer.from(sha256, 'hex'),
      caller: { id: `key:${name}`, scopes, workspaceId },
    }));
  }

  /** Compares every hash in constant time, so that the duration reveals nothing about the keys. */
  find(presented: string): Caller | null {
    const hash = hashOf('sha256', presented, 'buffer');
    let found: Caller | null = null;
    for (const key of this.keys) {
      if (timingSafeEqual(key.hash, hash)) found = key.caller;
    }
    return found;
  }
}
