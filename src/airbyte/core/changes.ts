import { Injectable } from '@nestjs/common';

/** Number of changes stored individually; older ones are merged. */
const MAX_REMEMBERED = 10_000;

/**
 * Numbers the changes made through the gateway and the reads of Airbyte in one sequence. A read shows a change
 * only if its number is higher, so no answer is older than a change. Numbers replace times because several
 * events can have the same time.
 */
@Injectable()
export class Changes {
  private readonly numbers = new Map<string, number>();
  /** Number of the newest change that is not stored individually. */
  private forgotten = 0;
  private count = 0;
  private lastChange = 0;
  private readonly listeners: ((connectionId: string) => void)[] = [];

  /** Number of the newest read or change. */
  get newest(): number {
    return this.count;
  }

  /** Number of the newest change of all. */
  get newestChange(): number {
    return this.lastChange;
  }

  /** @returns the number of a read that begins now */
  beginRead(): number {
    this.count += 1;
    return this.count;
  }

  /** Call when a change of this gateway ended, whether it succeeded or failed. */
  record(connectionId: string): void {
    this.recordForeign(connectionId);
    for (const listener of this.listeners) listener(connectionId);
  }

  /** Like {@link record}, for a change that another replica announced. */
  recordForeign(connectionId: string): void {
    this.count += 1;
    this.lastChange = this.count;
    this.numbers.delete(connectionId);
    this.numbers.set(connectionId, this.count);
    if (this.numbers.size <= MAX_REMEMBERED) return;
    const [[oldest, number] = ['', 0]] = this.numbers;
    this.numbers.delete(oldest);
    this.forgotten = number;
  }

  /** Call when announcements of other replicas may have been lost: every ingestion may have changed. */
  recordLoss(): void {
    this.count += 1;
    this.lastChange = this.count;
    this.numbers.clear();
    this.forgotten = this.count;
  }

  /** Number of the newest change of this ingestion. For a change that is not stored, a later number. */
  lastOf(connectionId: string): number {
    return this.numbers.get(connectionId) ?? this.forgotten;
  }

  /** Ingestions that changed after this number; null if more than can be listed. */
  changedSince(number: number): readonly string[] | null {
    if (number < this.forgotten) return null;
    return [...this.numbers].filter(([, change]) => change > number).map(([connectionId]) => connectionId);
  }

  /** The listener is called for changes of this gateway. */
  onChange(listener: (connectionId: string) => void): void {
    this.listeners.push(listener);
  }
}
