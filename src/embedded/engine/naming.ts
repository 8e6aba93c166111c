import { objectAt, stringAt, type JsonObject } from '../platform/json';
import { streamDescriptor } from '../protocol/messages';
import { namespaceOf, type StreamName } from '../protocol/stream-name';

/** What a stream of the source is called at the destination. */
export type Rename = (stream: StreamName) => StreamName;

/** The renaming that a connection's settings ask for: Airbyte's `namespaceDefinition`, `namespaceFormat` and `prefix`. */
export function renamingOf(settings: JsonObject): Rename {
  const prefix = stringAt(settings, 'prefix') ?? '';
  const definition = stringAt(settings, 'namespaceDefinition') ?? 'destination';
  const format = stringAt(settings, 'namespaceFormat') ?? '';
  return ({ name, namespace }) => {
    // A function, since `$$` and the like have a meaning of their own in a replacement text.
    const own =
      definition === 'custom_format' ? format.replaceAll('${SOURCE_NAMESPACE}', () => namespace) : namespace;
    return { name: prefix + name, namespace: definition === 'destination' ? '' : own };
  };
}

/** The same state with the destination's name for its stream. */
export function renameState(state: JsonObject, rename: Rename): JsonObject {
  const stream = objectAt(state, 'stream');
  const descriptor = objectAt(stream ?? {}, 'stream_descriptor');
  if (stream === undefined || descriptor === undefined) return state;
  const renamed = rename({
    name: stringAt(descriptor, 'name') ?? '',
    namespace: stringAt(descriptor, 'namespace') ?? '',
  });
  return {
    ...state,
    stream: { ...stream, stream_descriptor: streamDescriptor(renamed.name, namespaceOf(renamed)) },
  };
}
