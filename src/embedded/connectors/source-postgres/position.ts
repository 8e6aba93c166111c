import { numberAt, stringAt, type JsonObject } from '../../platform/json';
import { savedStreamState, type ConfiguredStream } from '../../protocol/messages';

/** The records with one cursor value: their number and the sum of their hashes. */
export interface RecordsAt {
  readonly recordCount: number;
  readonly hash: string;
}

/** The position up to which an incremental stream was read. */
export interface Position {
  /** The greatest cursor value so far in text form, or null if no record had one. */
  readonly cursor: string | null;
  /** The records with that cursor value, or null if unknown. */
  readonly recordsAt: RecordsAt | null;
  /** The number of records read without a cursor value, or null if unknown. */
  readonly nullCount: number | null;
}

/** A saved position, or the reason why it is invalid. */
export type SavedPosition = Position | { readonly invalidReason: string } | null;

/** The saved position of a stream whose cursor has this order. */
export function positionOf(
  stream: ConfiguredStream,
  orderKey: string,
  states: readonly JsonObject[],
): SavedPosition {
  const state = savedStreamState(states, stream);
  return state === null ? null : parsePosition(state, stream.cursorField, orderKey);
}

function parsePosition(state: JsonObject, cursorField: readonly string[], orderKey: string): SavedPosition {
  const cursor = stringAt(state, 'cursor') ?? null;
  if (cursor === null && state['cursor'] !== null) return null;
  if (JSON.stringify(state['cursor_field']) !== JSON.stringify(cursorField))
    return { invalidReason: 'its cursor field has changed' };
  const savedOrder = stringAt(state, 'cursor_order');
  if (savedOrder !== undefined && savedOrder !== orderKey)
    return { invalidReason: 'the type or the collation of its cursor has changed' };
  const recordCount = numberAt(state, 'cursor_record_count');
  const hash = stringAt(state, 'cursor_json_hash');
  return {
    cursor,
    recordsAt: recordCount === undefined || hash === undefined ? null : { recordCount, hash },
    nullCount: numberAt(state, 'null_record_count') ?? null,
  };
}

/** The position as a state. Values are texts, so no digit is lost. */
export function stateOf(position: Position, cursorField: readonly string[], orderKey: string): JsonObject {
  return {
    cursor_field: [...cursorField],
    cursor_order: orderKey,
    cursor: position.cursor,
    ...(position.recordsAt === null
      ? {}
      : {
          cursor_record_count: position.recordsAt.recordCount,
          cursor_json_hash: position.recordsAt.hash,
        }),
    ...(position.nullCount === null ? {} : { null_record_count: position.nullCount }),
  };
}
