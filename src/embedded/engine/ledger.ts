import { canonicalJson, numberAt, objectAt, stringAt, type JsonObject } from '../json';
import type { StreamName } from '../store/attempts';

/** Rows or states did not arrive as they were sent: the attempt must fail, and nothing of it may be kept. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}

/** Rows and bytes of one stream. */
export interface Tally {
  rows: number;
  bytes: number;
}

/** A state that the destination gave back, and the rows that it stands for. */
export interface CommittedState {
  /** The stream that it describes; an empty name stands for the whole connection. */
  readonly stream: StreamName;
  /** The state as JSON, to the last digit as the source sent it. */
  readonly text: string;
  readonly tallies: readonly (StreamName & Tally)[];
}

interface SentState extends CommittedState {
  readonly fingerprint: string;
}

/**
 * The books of one attempt. A state counts as committed only when the source sent it and the destination gave it
 * back, in order and with the same number of records; anything else is an error.
 */
export class Ledger {
  private readonly open = new Map<string, StreamName & Tally>();
  private readonly sent: SentState[] = [];

  /** Notes records that were handed to the destination. */
  addRecords(key: string, stream: StreamName, rows: number, bytes: number): void {
    const tally = this.open.get(key);
    if (tally === undefined) {
      this.open.set(key, { ...stream, rows, bytes });
      return;
    }
    tally.rows += rows;
    tally.bytes += bytes;
  }

  /**
   * Notes a state that the source sent, after its records.
   * @param asSent the same as the destination gets it, under its own name for the stream
   * @param text the same as it stood in the source's line
   * @throws GuardError when the source counted other records than arrived
   */
  addState(state: JsonObject, asSent: JsonObject = state, text: string = JSON.stringify(state)): void {
    const descriptor = streamOf(state);
    const tallies = [...this.open.entries()].filter(
      ([key]) => descriptor === null || key === keyOf(descriptor),
    );
    for (const [key] of tallies) this.open.delete(key);
    const sent: SentState = {
      stream: descriptor ?? { name: '', namespace: '' },
      text,
      tallies: tallies.map(([, tally]) => tally),
      fingerprint: canonicalJson(withoutStats(asSent)),
    };
    compare('The source', state['sourceStats'], sent);
    this.sent.push(sent);
  }

  /**
   * Notes a state that the destination gave back.
   * @throws GuardError when it is not the next one, or the destination stored another number of records
   */
  settle(state: JsonObject): CommittedState {
    const next = this.sent.shift();
    if (next === undefined) throw new GuardError('The destination gave back a state that it was not sent.');
    if (canonicalJson(withoutStats(state)) !== next.fingerprint) {
      throw new GuardError('The destination gave back its states out of order or changed.');
    }
    compare('The destination', state['destinationStats'], next);
    return next;
  }

  /** How many states the destination still owes. */
  get owed(): number {
    return this.sent.length;
  }

  /** The records that no state follows. */
  get rest(): (StreamName & Tally)[] {
    return [...this.open.values()];
  }
}

/** The key under which a stream's records are counted. */
export function keyOf({ name, namespace }: StreamName): string {
  return JSON.stringify([namespace, name]);
}

/** The stream that a state describes, or null when it describes them all. */
export function streamOf(state: JsonObject): StreamName | null {
  const descriptor = objectAt(objectAt(state, 'stream') ?? {}, 'stream_descriptor');
  if (descriptor === undefined) return null;
  return { name: stringAt(descriptor, 'name') ?? '', namespace: stringAt(descriptor, 'namespace') ?? '' };
}

function withoutStats(state: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => name !== 'sourceStats' && name !== 'destinationStats'),
  );
}

/** Connectors need not count; those that do must agree. */
function compare(who: string, stats: unknown, { tallies, stream }: CommittedState): void {
  const counted =
    typeof stats === 'object' && stats !== null ? numberAt({ ...stats }, 'recordCount') : undefined;
  const forwarded = tallies.reduce((sum, { rows }) => sum + rows, 0);
  if (counted === undefined || counted === forwarded) return;
  throw new GuardError(
    `${who} counted ${counted} records of ${stream.name || 'all streams'} where ${forwarded} were forwarded.`,
  );
}
