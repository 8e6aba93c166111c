import { numberAt, objectAt, type JsonObject } from '../platform/json';
import type { SourceState, StreamPosition } from '../protocol/source-state';
import { streamKey, type StreamName } from '../protocol/stream-name';
import { AttemptError, tooManyStatesFailure } from './failures';
import { fingerprintOf } from './state-fingerprint';
import {
  UnacknowledgedStates,
  type SentState,
  type StateLimits,
  type StreamCounts,
} from './unacknowledged-states';

/** Counts of rows or states differ: the attempt must fail, and no further state may be committed. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}

/** States that the destination acknowledged, oldest first, and the rows that it stored with them. */
export interface Commit {
  readonly states: readonly SourceState[];
  readonly streamCounts: readonly StreamCounts[];
}

const MIB = 1024 * 1024;
/** Bounds the memory for a destination that acknowledges states only at the end. */
const LIMITS: StateLimits = { contentBytes: 64 * MIB, entryBytes: 64 * MIB };

/**
 * Checkpoint accounting for one attempt. A state is committed if the source sent it and the destination acknowledged it, or a
 * newer one of the same stream, with the same number of records. Anything else is an error.
 */
export class Checkpoints {
  private readonly open = new Map<string, StreamCounts>();
  private readonly totals = new Map<string, StreamCounts>();
  /** The newest acknowledged state of each stream. */
  private readonly acknowledged = new Map<string | null, Pick<SentState, 'order' | 'fingerprint'>>();
  private readonly sent: UnacknowledgedStates;
  private nextOrder = 0;

  constructor(limits: StateLimits = LIMITS) {
    this.sent = new UnacknowledgedStates(limits);
  }

  /** Counts records that were sent to the destination. */
  addRecords(key: string, stream: StreamName, rows: number, bytes: number): void {
    for (const counts of [this.open, this.totals]) {
      const { rows: rowsBefore, bytes: bytesBefore } = counts.get(key) ?? { rows: 0, bytes: 0 };
      const { name, namespace } = stream;
      counts.set(key, { name, namespace, rows: rowsBefore + rows, bytes: bytesBefore + bytes });
    }
  }

  /** The number of records of a stream that were sent to the destination. */
  recordsOf(stream: StreamName): number {
    return this.totals.get(streamKey(stream))?.rows ?? 0;
  }

  /** The records of each stream that were sent to the destination so far. */
  get emitted(): StreamCounts[] {
    return [...this.totals.values()];
  }

  /**
   * Adds a state of the source.
   * @param message the state as it is sent to the destination, with renamed streams
   * @throws GuardError if the source counted another number of records
   * @throws AttemptError if the states without acknowledgement exceed the memory limit
   */
  addState(state: SourceState, message: JsonObject): void {
    const key = state.kind === 'STREAM' ? streamKey(state.position.stream) : null;
    const streamCounts = [...this.open].filter(([of]) => key === null || of === key);
    for (const [of] of streamCounts) this.open.delete(of);
    const counted = streamCounts.map(([, counts]) => counts);
    compare('The source', message['sourceStats'], state, rowsIn(counted));
    const isWithinLimits = this.sent.add({
      order: this.nextOrder++,
      key,
      fingerprint: fingerprintOf(message),
      streamCounts: counted,
      rows: rowsIn(counted),
      bytes: bytesOf(state),
      state,
    });
    if (!isWithinLimits) throw new AttemptError(tooManyStatesFailure(this.sent.count));
  }

  /**
   * Commits a state that the destination acknowledged, and all earlier ones of the same stream. A state of all streams
   * commits every earlier state.
   * @throws GuardError if no such state is pending, or the destination counted another number of records
   */
  acknowledge(message: JsonObject): Commit {
    const counted = countIn(message['destinationStats']);
    const span = this.sent.spanOf(fingerprintOf(message), counted);
    const newest = span?.at(-1);
    if (span === null || newest === undefined)
      throw new GuardError(
        'The destination acknowledged a state that it was not sent, or acknowledged states out of order.',
      );
    compare('The destination', message['destinationStats'], newest.state, rowsOf(span));
    const commit = this.commitOf(span);
    this.sent.remove(span);
    this.acknowledged.set(newest.key, { order: newest.order, fingerprint: newest.fingerprint });
    return commit;
  }

  /**
   * Commits the rest after the destination has succeeded: everything before an acknowledged state is stored.
   * @throws GuardError if states are left without an acknowledgement
   */
  finish(): Commit {
    const newest = Math.max(-1, ...[...this.acknowledged.values()].map(({ order }) => order));
    const rest = this.sent.all();
    const missing = rest.filter(
      // A state that the source sent twice may be acknowledged once.
      ({ order, key, fingerprint }) =>
        order > newest && this.acknowledged.get(key)?.fingerprint !== fingerprint,
    );
    if (missing.length > 0)
      throw new GuardError(`The destination ended without acknowledging ${missing.length} states.`);
    const commit = this.commitOf(rest);
    this.sent.remove(rest);
    return commit;
  }

  /** The number of states without acknowledgement. */
  get unacknowledged(): number {
    return this.sent.count;
  }

  /** Records after the last state. */
  get rest(): StreamCounts[] {
    return [...this.open.values()];
  }

  private commitOf(span: readonly SentState[]): Commit {
    const newest = new Map(span.map((sent) => [sent.key, sent]));
    return {
      states: [...newest.values()]
        .sort((a, b) => a.order - b.order)
        .flatMap(({ state, order }) => (state === null ? [] : [this.withoutNewer(state, order)])),
      streamCounts: merged(span.flatMap(({ streamCounts }) => streamCounts)),
    };
  }

  /** A late GLOBAL state must not replace a newer position of a stream. */
  private withoutNewer(state: SourceState, order: number): SourceState {
    if (state.kind !== 'GLOBAL') return state;
    const isOlder = ({ stream }: StreamPosition): boolean =>
      (this.acknowledged.get(streamKey(stream))?.order ?? -1) > order;
    return { ...state, positions: state.positions.filter((position) => !isOlder(position)) };
  }
}

function merged(streamCounts: readonly StreamCounts[]): StreamCounts[] {
  const sums = new Map<string, StreamCounts>();
  for (const counts of streamCounts) {
    const before = sums.get(streamKey(counts)) ?? { rows: 0, bytes: 0 };
    sums.set(streamKey(counts), {
      ...counts,
      rows: before.rows + counts.rows,
      bytes: before.bytes + counts.bytes,
    });
  }
  return [...sums.values()];
}

function rowsIn(streamCounts: readonly StreamCounts[]): number {
  return streamCounts.reduce((sum, { rows }) => sum + rows, 0);
}

function rowsOf(span: readonly SentState[]): number {
  return span.reduce((sum, { rows }) => sum + rows, 0);
}

function bytesOf(state: SourceState): number {
  const texts =
    state.kind === 'STREAM'
      ? [state.position.text]
      : state.kind === 'LEGACY'
        ? [state.data]
        : [state.shared, ...state.positions.map(({ text }) => text)];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

function countIn(stats: unknown): number | undefined {
  return numberAt(objectAt({ stats }, 'stats') ?? {}, 'recordCount');
}

/** Counts are optional. If a connector counts, the numbers must agree. */
function compare(sender: string, stats: unknown, state: SourceState | null, forwarded: number): void {
  const counted = countIn(stats);
  if (counted === undefined || counted === forwarded) return;
  const of = state?.kind === 'STREAM' ? state.position.stream.name : 'all streams';
  throw new GuardError(`${sender} counted ${counted} records of ${of} where ${forwarded} were forwarded.`);
}
