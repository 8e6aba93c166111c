import { Injectable } from '@nestjs/common';

/** Number of changes stored individually; older ones are merged. */
const MAX_REMEMBERED = 10_000;

/** The part of a request context that identifies the caller. */
interface Requester {
  readonly callerKey?: string | undefined;
}

/**
 * Numbers the changes made by this replica. Caches compare these numbers, so that callers see their own changes
 * at once and changes of other callers cause no extra reads.
 */
@Injectable()
export class LocalChanges {
  private readonly byIngestion = new LastChanges();
  private readonly byCaller = new LastChanges();
  private count = 0;

  /** Number of the newest change. */
  get newest(): number {
    return this.count;
  }

  /** Call when a change ended, whether it succeeded or failed. */
  record(connectionId: string, { callerKey = '' }: Requester): void {
    this.count += 1;
    this.byIngestion.set(connectionId, this.count);
    this.byCaller.set(callerKey, this.count);
  }

  /** Newest change of any of these ingestions; a cached read must have begun after it. */
  lastOf(connectionIds: readonly string[]): number {
    return connectionIds.reduce((last, id) => Math.max(last, this.byIngestion.get(id)), 0);
  }

  /** Newest change by this caller; a cached list must have been read after it. */
  lastBy({ callerKey = '' }: Requester): number {
    return this.byCaller.get(callerKey);
  }
}

/** Returns the newest evicted change for an evicted key, which is at least the key's own. */
class LastChanges {
  private readonly numbers = new Map<string, number>();
  private forgotten = 0;

  get(key: string): number {
    return this.numbers.get(key) ?? this.forgotten;
  }

  set(key: string, number: number): void {
    this.numbers.delete(key);
    this.numbers.set(key, number);
    if (this.numbers.size <= MAX_REMEMBERED) return;
    const [[oldest, oldestNumber] = ['', 0]] = this.numbers;
    this.numbers.delete(oldest);
    this.forgotten = oldestNumber;
  }
}
