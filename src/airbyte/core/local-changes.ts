import { Injectable } from '@nestjs/common';

/** Changes that are remembered one by one; of older ones only the newest is. */
const MAX_REMEMBERED = 10_000;

/** Identifies a caller as a request context does. */
interface Requester {
  readonly callerKey?: string | undefined;
}

/**
 * Numbers the changes that this replica makes. Caches note the number at which a read began, so that a caller's own change
 * shows at once, and no caller's changes make the others read again.
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

  /** To be called when a change has ended, however it has ended. */
  record(connectionId: string, { callerKey = '' }: Requester): void {
    this.count += 1;
    this.byIngestion.set(connectionId, this.count);
    this.byCaller.set(callerKey, this.count);
  }

  /** Number of the newest change of any of these ingestions: a read of them must not have begun before it. */
  lastOf(connectionIds: readonly string[]): number {
    return connectionIds.reduce((last, id) => Math.max(last, this.byIngestion.get(id)), 0);
  }

  /** Number of the newest change by this caller: a list for the caller must not have been read before it. */
  lastBy({ callerKey = '' }: Requester): number {
    return this.byCaller.get(callerKey);
  }
}

/** For a key that is forgotten it returns the newest change of all forgotten keys, which is at least its own. */
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
