import { createHash } from 'node:crypto';
import { canonicalJson, numberAt, objectAt, type JsonObject } from '../platform/json';
import type { SourceState, StreamPosition } from '../protocol/source-state';
import { streamKey, type StreamName } from '../protocol/stream-name';

/** Rows or states did not arrive as they were sent: the attempt must fail, and nothing of it may be kept. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}

/** Rows and bytes of one stream. */
export interface Tally extends StreamName {
  readonly rows: number;
  readonly bytes: number;
}

/** States that the destination acknowledged, oldest first, and the rows that it stored with them. */
export interface Commit {
  readonly states: readonly SourceState[];
  readonly tallies: readonly Tally[];
}

interface SentState {
  /** Its place among all states of the attempt. */
  readonly order: number;
  /** The stream that it describes; null for a state of all streams. */
  readonly key: string | null;
  readonly fingerprint: string;
  readonly tallies: readonly Tally[];
  readonly bytes: number;
  /** Null once a newer one of the same stream made room: only its rows count then. */
  state: SourceState | null;
}

/** How many bytes of states may wait for a destination that keeps them to its end. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Checkpoint accounting for one attempt. A state counts as committed only when the source sent it and the destination gave back it
 * or a newer one of the same stream, with the same number of records; anything else is an error.
 */
export class Ledger {
  private readonly open = new Map<string, Tally>();
  private readonly totals = new Map<string, number>();
  /** The newest acknowledged state of each stream. */
  private readonly acknowledged = new Map<string | null, Pick<SentState, 'order' | 'fingerprint'>>();
  private sent: SentState[] = [];
  private nextOrder = 0;
  private waitingBytes = 0;

  /** Notes records that were handed to the destination. */
  addRecords(key: string, stream: StreamName, rows: number, bytes: number): void {
    const { rows: rowsBefore, bytes: bytesBefore } = this.open.get(key) ?? { rows: 0, bytes: 0 };
    const { name, namespace } = stream;
    this.open.set(key, { name, namespace, rows: rowsBefore + rows, bytes: bytesBefore + bytes });
    this.totals.set(key, (this.totals.get(key) ?? 0) + rows);
  }

  /** How many records of a stream this attempt handed to the destination. */
  recordsOf(stream: StreamName): number {
    return this.totals.get(streamKey(stream)) ?? 0;
  }

  /**
   * Notes a state that the source sent, after its records.
   * @param message the state as the destination gets it, under its own name for the stream
   * @throws GuardError when the source counted other records than arrived
   */
  addState(state: SourceState, message: JsonObject): void {
    const key = state.kind === 'STREAM' ? streamKey(state.position.stream) : null;
    const tallies = [...this.open].filter(([of]) => key === null || of === key);
    for (const [of] of tallies) this.open.delete(of);
    const counted = tallies.map(([, tally]) => tally);
    compare('The source', message['sourceStats'], state, rowsIn(counted));
    const bytes = bytesOf(state);
    this.sent.push({
      order: this.nextOrder++,
      key,
      fingerprint: fingerprintOf(message),
      tallies: counted,
      bytes,
      state,
    });
    this.waitingBytes += bytes;
    this.makeRoom();
  }

  /**
   * Notes a state that the destination gave back. It acknowledges every earlier one of the same stream, and one of all
   * streams acknowledges all: a destination may give back only its newest.
   * @throws GuardError when it is none that waits, or the destination stored another number of records
   */
  settle(message: JsonObject): Commit {
    const fingerprint = fingerprintOf(message);
    const alike = this.sent.filter((sent) => sent.fingerprint === fingerprint);
    const [first] = alike;
    if (first === undefined)
      throw new GuardError('The destination gave back a state that it was not sent, or one out of order.');
    const counted = countIn(message['destinationStats']);
    // A source may send one state twice, with other records each time.
    const found = alike.find((sent) => counted === rowsOf(this.spanOf(sent))) ?? first;
    const span = this.spanOf(found);
    compare('The destination', message['destinationStats'], found.state, rowsOf(span));
    return this.acknowledge(span, found);
  }

  /**
   * The end of a destination that ended well: whatever it was sent before a state that it gave back is stored too.
   * @throws GuardError when states are left that no later one acknowledges
   */
  finish(): Commit {
    const newest = Math.max(-1, ...[...this.acknowledged.values()].map(({ order }) => order));
    const missing = this.sent.filter(
      // A state that the source sent twice in the same words may come back once.
      ({ order, key, fingerprint }) =>
        order > newest && this.acknowledged.get(key)?.fingerprint !== fingerprint,
    );
    if (missing.length > 0)
      throw new GuardError(`The destination ended without giving back ${missing.length} states.`);
    const rest = this.sent;
    this.sent = [];
    return this.commitOf(rest);
  }

  /** How many states the destination still owes. */
  get owed(): number {
    return this.sent.length;
  }

  /** The records that no state follows. */
  get rest(): Tally[] {
    return [...this.open.values()];
  }

  /** The states that one acknowledges, itself included. */
  private spanOf(state: SentState): SentState[] {
    return this.sent.filter(
      ({ order, key }) => order <= state.order && (state.key === null || key === state.key),
    );
  }

  private acknowledge(span: readonly SentState[], newest: SentState): Commit {
    const gone = new Set(span);
    this.sent = this.sent.filter((sent) => !gone.has(sent));
    const commit = this.commitOf(span);
    this.acknowledged.set(newest.key, newest);
    return commit;
  }

  private commitOf(span: readonly SentState[]): Commit {
    this.waitingBytes -= span.reduce((sum, { state, bytes }) => sum + (state === null ? 0 : bytes), 0);
    const newest = new Map(span.map((sent) => [sent.key, sent]));
    return {
      states: [...newest.values()]
        .sort((a, b) => a.order - b.order)
        .flatMap(({ state, order }) => (state === null ? [] : [this.withoutNewer(state, order)])),
      tallies: merged(span.flatMap(({ tallies }) => tallies)),
    };
  }

  /** A late state of all streams must not bring back the position of a stream that has a newer one. */
  private withoutNewer(state: SourceState, order: number): SourceState {
    if (state.kind !== 'GLOBAL') return state;
    const isOlder = ({ stream }: StreamPosition): boolean =>
      (this.acknowledged.get(streamKey(stream))?.order ?? -1) > order;
    return { ...state, positions: state.positions.filter((position) => !isOlder(position)) };
  }

  /** Memory must not grow with the states of a destination that keeps them to its end. */
  private makeRoom(): void {
    for (const [index, sent] of this.sent.entries()) {
      if (this.waitingBytes <= MAX_WAITING_BYTES) return;
      if (sent.state === null || !this.sent.slice(index + 1).some(({ key }) => key === sent.key)) continue;
      this.waitingBytes -= sent.bytes;
      sent.state = null;
    }
  }
}

function fingerprintOf(message: JsonObject): string {
  const counted = new Set(['sourceStats', 'destinationStats']);
  const rest = Object.fromEntries(Object.entries(message).filter(([name]) => !counted.has(name)));
  return createHash('sha256').update(canonicalJson(rest)).digest('base64');
}

function merged(tallies: readonly Tally[]): Tally[] {
  const sums = new Map<string, Tally>();
  for (const tally of tallies) {
    const before = sums.get(streamKey(tally)) ?? { rows: 0, bytes: 0 };
    sums.set(streamKey(tally), {
      ...tally,
      rows: before.rows + tally.rows,
      bytes: before.bytes + tally.bytes,
    });
  }
  return [...sums.values()];
}

function rowsIn(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, { rows }) => sum + rows, 0);
}

function rowsOf(span: readonly SentState[]): number {
  return rowsIn(span.flatMap(({ tallies }) => tallies));
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

/** Connectors need not count; those that do must agree. */
function compare(who: string, stats: unknown, state: SourceState | null, forwarded: number): void {
  const counted = countIn(stats);
  if (counted === undefined || counted === forwarded) return;
  const of = state?.kind === 'STREAM' ? state.position.stream.name : 'all streams';
  throw new GuardError(`${who} counted ${counted} records of ${of} where ${forwarded} were forwarded.`);
}
