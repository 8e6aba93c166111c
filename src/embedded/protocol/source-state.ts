import { objectAt, stringAt, type JsonObject } from '../platform/json';
import { fromBytes } from './message-writer';
import { rawItems, rawMember } from './raw-record';
import type { StreamName } from './stream-name';

/** The position of one stream, as unparsed JSON; null deletes the position. */
export interface StreamPosition {
  readonly stream: StreamName;
  readonly text: string | null;
}

/** The state of a source, in one of the three types of the protocol. Texts are unparsed JSON. */
export type SourceState =
  /** The position of one stream. */
  | { readonly kind: 'STREAM'; readonly position: StreamPosition }
  /** A shared position and positions of single streams. */
  | { readonly kind: 'GLOBAL'; readonly shared: string | null; readonly positions: readonly StreamPosition[] }
  /** One value for all streams in a format of the source. */
  | { readonly kind: 'LEGACY'; readonly data: string };

export type StateKind = SourceState['kind'];

/**
 * The state of a STATE message, or null if its type is unknown.
 * @param line the message's line, one character per byte
 */
export function parseSourceState(state: JsonObject, line: string): SourceState | null {
  const raw = rawMember(line, 'state') ?? '';
  // Old connectors send states without a type.
  const kind =
    stringAt(state, 'type') ?? (state['stream'] ? 'STREAM' : state['global'] ? 'GLOBAL' : 'LEGACY');
  if (kind === 'LEGACY') {
    const data = textAt(raw, 'data');
    return data === null ? null : { kind, data };
  }
  if (kind === 'STREAM') {
    const position = positionOf(objectAt(state, 'stream'), rawMember(raw, 'stream') ?? '');
    return position === null ? null : { kind, position };
  }
  const global = kind === 'GLOBAL' ? objectAt(state, 'global') : undefined;
  if (global === undefined) return null;
  return parseGlobal(global, rawMember(raw, 'global') ?? '');
}

function parseGlobal(global: JsonObject, raw: string): SourceState | null {
  const parsed = global['stream_states'];
  const items = parsed === undefined || parsed === null ? [] : parsed;
  if (!Array.isArray(items)) return null;
  const texts = rawItems(rawMember(raw, 'stream_states') ?? '[]');
  const positions: StreamPosition[] = [];
  for (const text of texts) {
    const item: unknown = JSON.parse(fromBytes(text));
    const position = positionOf(objectAt({ item }, 'item'), text);
    if (position === null) return null;
    positions.push(position);
  }
  return { kind: 'GLOBAL', shared: textAt(raw, 'shared_state'), positions };
}

function positionOf(stream: JsonObject | undefined, raw: string): StreamPosition | null {
  const descriptor = objectAt(stream ?? {}, 'stream_descriptor');
  const name = stringAt(descriptor ?? {}, 'name');
  if (descriptor === undefined || name === undefined) return null;
  return {
    stream: { name, namespace: stringAt(descriptor, 'namespace') ?? '' },
    text: textAt(raw, 'stream_state'),
  };
}

function textAt(raw: string, member: string): string | null {
  const text = rawMember(raw, member);
  return text === null || text === 'null' ? null : fromBytes(text);
}
