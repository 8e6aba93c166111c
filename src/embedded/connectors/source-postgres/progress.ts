import { configError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { stateOf, type Position, type RecordsAt } from './position';

const CHECKPOINT_ROWS = 10_000;
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const MAX_CURSOR_BYTES = 64 * 1024;

/** Tracks an incremental read: the position of the next state, and when that state is due. */
export class Progress {
  private rowsSinceState = 0;
  private bytesSinceState = 0;
  private last: { cursor: string; recordCount: number; hash: bigint } | null = null;
  private nullsRead = 0;

  constructor(
    private readonly stream: ConfiguredStream,
    private readonly orderKey: string,
    private readonly before: Position | null,
  ) {}

  /** Counts a row with its cursor value, its record's hash and its record's size. */
  note(cursor: string | null, hash: string, bytes: number): void {
    this.rowsSinceState++;
    this.bytesSinceState += bytes;
    if (cursor === null) {
      this.nullsRead++;
      return;
    }
    if (this.last?.cursor === cursor) {
      this.last.recordCount++;
      this.last.hash += BigInt(hash);
      return;
    }
    if (cursor.length > MAX_CURSOR_BYTES)
      throw configError(
        `Stream ${this.stream.name}: a value of the cursor ${this.stream.cursorField.join('.')} is longer than 64 KiB. Choose another cursor.`,
      );
    this.last = { cursor, recordCount: 1, hash: BigInt(hash) };
  }

  /** Rows without a cursor value come first and in no order, so the first state follows them. */
  get isStateDue(): boolean {
    return (
      this.last !== null &&
      (this.rowsSinceState >= CHECKPOINT_ROWS || this.bytesSinceState >= CHECKPOINT_BYTES)
    );
  }

  /** The newest cursor value of this read, or null. */
  get newestCursor(): string | null {
    return this.last?.cursor ?? null;
  }

  /** Replaces the counts of the last cursor value by those from the database, where different texts may be equal. */
  recount({ recordCount, hash }: RecordsAt): void {
    if (this.last !== null) this.last = { ...this.last, recordCount, hash: BigInt(hash) };
  }

  /** The state after all counted rows, and the number of records since the previous state. */
  takeState(): { state: Record<string, unknown>; recordCount: number } {
    const recordCount = this.rowsSinceState;
    this.rowsSinceState = 0;
    this.bytesSinceState = 0;
    return { state: stateOf(this.position(), this.stream.cursorField, this.orderKey), recordCount };
  }

  private position(): Position {
    const { last, before } = this;
    const nullCount = before === null ? this.nullsRead : addTo(before.nullCount, this.nullsRead);
    if (last === null)
      return { cursor: before?.cursor ?? null, recordsAt: before?.recordsAt ?? null, nullCount };
    return {
      cursor: last.cursor,
      recordsAt: { recordCount: last.recordCount, hash: last.hash.toString() },
      nullCount,
    };
  }
}

function addTo(count: number | null, more: number): number | null {
  return count === null && more === 0 ? null : (count ?? 0) + more;
}
