import { createHash } from 'node:crypto';
import { arrayAt, canonicalJson, isObject, objectAt, stringAt, type JsonObject } from '../platform/json';

/**
 * Identifies a state when the destination returns it. Only the members that the protocol defines for its type count, and
 * members with null count as absent: a destination that parses a state and writes it again, as those of Airbyte's CDK do,
 * leaves out unknown and null members, or adds the type.
 */
export function fingerprintOf(state: JsonObject): string {
  return createHash('sha256')
    .update(canonicalJson(contentOf(state), isPresent))
    .digest('base64');
}

function contentOf(state: JsonObject): JsonObject {
  const type = stringAt(state, 'type');
  const [stream, global] = [objectAt(state, 'stream'), objectAt(state, 'global')];
  if (type === 'STREAM' || (type === undefined && stream !== undefined))
    return { stream: positionOf(stream) };
  if (type === 'GLOBAL' || (type === undefined && global !== undefined))
    return {
      shared: global?.['shared_state'],
      streams: arrayAt(global ?? {}, 'stream_states').map(positionOf),
    };
  return { data: state['data'] };
}

function positionOf(position: unknown): JsonObject {
  const fields = isObject(position) ? position : {};
  const descriptor = objectAt(fields, 'stream_descriptor') ?? {};
  return {
    name: descriptor['name'],
    namespace: stringAt(descriptor, 'namespace') ?? '',
    state: fields['stream_state'],
  };
}

function isPresent(member: unknown): boolean {
  return member !== null && member !== undefined;
}
