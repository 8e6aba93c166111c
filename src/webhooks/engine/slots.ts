/** Each webhook may send one message at any time. Further ones at the same time share this number. */
const SHARED = 64;
/** Messages of one webhook at the same time. */
const MAX_OF_WEBHOOK = 4;

/** Bounds the messages that are sent at the same time, so that a slow receiver delays no other one. */
export class Slots {
  private shared = 0;

  /** @param own messages of this webhook that are under way */
  take(own: number): boolean {
    if (own === 0) return true;
    if (own >= MAX_OF_WEBHOOK || this.shared >= SHARED) return false;
    this.shared += 1;
    return true;
  }

  /** @param own messages of this webhook that are still under way */
  release(own: number): void {
    if (own > 0) this.shared -= 1;
  }
}
