import { numberAt, objectAt, stringAt, type JsonObject } from '../../platform/json';
import type { ConfiguredStream } from '../../protocol/messages';

/** The records with one cursor value: how many, and a sum over the hashes of their contents. */
export interface RecordsAt {
  readonly recordCount: number;
  readonly hash: string;
}

/** How far an incremental stream has come. */
export interface Position {
  /** The greatest cursor value so far in its type's text form; null where no record had one. */
  readonly cursor: string | null;
  /** Which records had it; null where that is unknown. */
  readonly recordsAt: RecordsAt | null;
  /** How many records without a cursor value were read, null where that is unknown. */
  readonly nullCount: number | null;
}

/** A saved position, or the reason why it means nothing any more. */
export type SavedPosition = Position | { readonly meaningless: string } | null;

/** The position that the states hold for a stream whose cursor has this order. */
export function positionOf(
  { name, namespace, cursorField }: ConfiguredStream,
  orderKey: string,
  states: readonly JsonObject[],
): SavedPosition {
  for (const message of states) {
    const stream = objectAt(message, 'stream') ?? {};
    const descriptor = objectAt(stream, 'stream_descriptor') ?? {};
    if (stringAt(descriptor, 'name') !== name || (stringAt(descriptor, 'namespace') ?? null) !== namespace)
      continue;
    return parsePosition(objectAt(stream, 'stream_state') ?? {}, cursorField, orderKey);
  }
  return null;
}

function parsePosition(state: JsonObject, cursorField: readonly string[], orderKey: string): SavedPosition {
  const cursor = stringAt(state, 'cursor') ?? null;
  if (cursor === null && state['cursor'] !== null) return null;
  if (JSON.stringify(state['cursor_field']) !== JSON.stringify(cursorField))
    return { meaningless: 'its cursor field was changed' };
  const savedOrder = stringAt(state, 'cursor_order');
  if (savedOrder !== undefined && savedOrder !== orderKey)
    return { meaningless: 'the type or the collation of its cursor was changed' };
  const recordCount = numberAt(state, 'cursor_record_count');
  const hash = stringAt(state, 'cursor_json_hash');
  return {
    cursor,
    recordsAt: recordCount === undefined || hash === undefined ? null : { recordCount, hash },
    nullCount: numberAt(state, 'null_record_count') ?? null,
  };
}

/** The members of a position as the state keeps them. Values are texts, so that no digit is lost. */
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
