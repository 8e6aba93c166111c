import { createHash } from 'node:crypto';

/** Maximum entries per table. The oldest entry is evicted. */
const MAX_ENTRIES = 10_000;

/** Temporarily blocked addresses, and the credentials that were valid from an address before. */
export class BlockedAddresses {
  private readonly endsAtMs = new Map<string, number>();
  private readonly accepted = new Set<string>();

  /** @param nowMs a monotonic clock */
  constructor(private readonly nowMs: () => number) {}

  get isEmpty(): boolean {
    return this.endsAtMs.size === 0;
  }

  add(address: string, durationMs: number): void {
    this.endsAtMs.delete(address);
    this.endsAtMs.set(address, this.nowMs() + durationMs);
    dropOldest(this.endsAtMs);
  }

  remember(address: string, credential: string): void {
    const id = idOf(address, credential);
    if (this.accepted.has(id)) return;
    this.accepted.add(id);
    dropOldest(this.accepted);
  }

  /** Returns the remaining time for which this credential is not checked, or 0. */
  remainingMs(address: string, credential: string): number {
    const endsAtMs = this.endsAtMs.get(address);
    if (endsAtMs === undefined) return 0;
    const remainingMs = endsAtMs - this.nowMs();
    if (remainingMs <= 0) this.endsAtMs.delete(address);
    return remainingMs <= 0 || this.accepted.has(idOf(address, credential)) ? 0 : remainingMs;
  }
}

/** The credential is hashed, so that memory contains no credentials. */
function idOf(address: string, credential: string): string {
  return createHash('sha256').update(`${address}\n${credential}`).digest('base64');
}

function dropOldest(table: Map<string, number> | Set<string>): void {
  if (table.size <= MAX_ENTRIES) return;
  for (const oldest of table.keys()) {
    table.delete(oldest);
    return;
  }
}
