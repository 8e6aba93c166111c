import type { SourceState } from '../protocol/source-state';
import type { StreamName } from '../protocol/stream-name';

/** Rows and bytes of one stream. */
export interface StreamCounts extends StreamName {
  readonly rows: number;
  readonly bytes: number;
}

/** A state that was sent to the destination and not yet acknowledged. */
export interface SentState {
  /** Its position among all states of the attempt. */
  readonly order: number;
  /** The key of its stream; null for a state of all streams. */
  readonly key: string | null;
  readonly fingerprint: string;
  readonly streamCounts: readonly StreamCounts[];
  readonly rows: number;
  readonly bytes: number;
  /** Null after its content was dropped for a newer state, or after its acknowledgement. */
  state: SourceState | null;
}

/** Memory limits for pending states. */
export interface StateLimits {
  /** For the contents of states. Above it, the contents of replaced states are dropped. */
  readonly contentBytes: number;
  /** For counts and fingerprints, which cannot be dropped. */
  readonly entryBytes: number;
}

const ENTRY_BYTES = 512;
const TALLY_BYTES = 128;

/** A first-in first-out queue. Array#shift moves every element of a long array. */
class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  get first(): T | undefined {
    return this.items[this.head];
  }

  get last(): T | undefined {
    return this.length === 0 ? undefined : this.items.at(-1);
  }

  push(item: T): void {
    this.items.push(item);
  }

  remove(count: number): void {
    this.head += count;
    if (2 * this.head < this.items.length) return;
    this.items = this.items.slice(this.head);
    this.head = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.head; at < this.items.length; at++) {
      const item = this.items[at];
      if (item !== undefined) yield item;
    }
  }
}

/**
 * Pending states, in a queue for each stream, oldest first. The cost of an acknowledgement is proportional to the states that
 * it covers, independent of the number of pending states.
 */
export class UnacknowledgedStates {
  private readonly queues = new Map<string | null, Fifo<SentState>>();
  /** Number of pending states by fingerprint: a source may send a state twice. */
  private readonly known = new Map<string, { readonly key: string | null; count: number }>();
  /** States with a newer one of the same stream. Their contents can be dropped. */
  private replaced = new Fifo<SentState>();
  private waiting = 0;
  private contentBytes = 0;
  private entryBytes = 0;

  constructor(private readonly limits: StateLimits) {}

  get count(): number {
    return this.waiting;
  }

  /** Adds a state. @returns false if the memory limit is exceeded */
  add(sent: SentState): boolean {
    const queue = this.queues.get(sent.key) ?? new Fifo<SentState>();
    if (queue.last !== undefined) this.replaced.push(queue.last);
    queue.push(sent);
    this.queues.set(sent.key, queue);
    const known = this.known.get(sent.fingerprint) ?? { key: sent.key, count: 0 };
    known.count++;
    this.known.set(sent.fingerprint, known);
    this.waiting++;
    this.contentBytes += sent.bytes;
    this.entryBytes += entryBytesOf(sent);
    this.dropContents();
    return this.entryBytes <= this.limits.entryBytes;
  }

  /**
   * The states that an acknowledgement covers, oldest first and its own state last; null for an unknown state. Among equal
   * states, the one with the given number of rows before it is chosen, else the first.
   */
  spanOf(fingerprint: string, rows: number | undefined): readonly SentState[] | null {
    const known = this.known.get(fingerprint);
    if (known === undefined) return null;
    const span: SentState[] = [];
    let first: number | null = null;
    let sum = 0;
    for (const sent of this.inOrder(known.key)) {
      span.push(sent);
      sum += sent.rows;
      if (sent.fingerprint !== fingerprint) continue;
      if (rows === undefined || rows === sum) return span;
      first ??= span.length;
      if (sum > rows) break;
    }
    return span.slice(0, first ?? 0);
  }

  /** Removes acknowledged states. They must be the oldest of their streams. */
  remove(span: readonly SentState[]): void {
    const counts = new Map<string | null, number>();
    for (const sent of span) {
      counts.set(sent.key, (counts.get(sent.key) ?? 0) + 1);
      const known = this.known.get(sent.fingerprint);
      if (known !== undefined && --known.count === 0) this.known.delete(sent.fingerprint);
      this.dropContent(sent);
      this.entryBytes -= entryBytesOf(sent);
    }
    for (const [key, count] of counts) {
      const queue = this.queues.get(key);
      if (queue?.length === count) this.queues.delete(key);
      else queue?.remove(count);
    }
    this.waiting -= span.length;
    if (this.replaced.length > 2 * this.waiting) this.dropAcknowledged();
  }

  /** All pending states, oldest first. */
  all(): readonly SentState[] {
    return [...this.queues.values()].flatMap((queue) => [...queue]).sort((a, b) => a.order - b.order);
  }

  private inOrder(key: string | null): Iterable<SentState> {
    // A state of all streams acknowledges the earlier ones of each stream.
    return key === null && this.queues.size > 1 ? this.all() : (this.queues.get(key) ?? []);
  }

  private dropContents(): void {
    while (this.contentBytes > this.limits.contentBytes) {
      const { first } = this.replaced;
      if (first === undefined) return;
      this.dropContent(first);
      this.replaced.remove(1);
    }
  }

  private dropContent(sent: SentState): void {
    if (sent.state !== null) this.contentBytes -= sent.bytes;
    sent.state = null;
  }

  private dropAcknowledged(): void {
    const rest = new Fifo<SentState>();
    for (const sent of this.replaced) if (sent.state !== null) rest.push(sent);
    this.replaced = rest;
  }
}

function entryBytesOf({ streamCounts }: SentState): number {
  return ENTRY_BYTES + TALLY_BYTES * streamCounts.length;
}
