import { objectAt, stringAt, type JsonObject } from '../platform/json';
import { streamDescriptor } from '../protocol/messages';
import { namespaceOf, type StreamName } from '../protocol/stream-name';

/** Maps the name of a stream at the source to its name at the destination. */
export type Rename = (stream: StreamName) => StreamName;

/** The renaming of a connection, by Airbyte's `namespaceDefinition`, `namespaceFormat` and `prefix`. */
export function renamingOf(settings: JsonObject): Rename {
  const prefix = stringAt(settings, 'prefix') ?? '';
  const definition = stringAt(settings, 'namespaceDefinition') ?? 'destination';
  const format = stringAt(settings, 'namespaceFormat') ?? '';
  return ({ name, namespace }) => {
    // A function, because `$$` has a special meaning in a replacement string.
    const own =
      definition === 'custom_format' ? format.replaceAll('${SOURCE_NAMESPACE}', () => namespace) : namespace;
    return { name: prefix + name, namespace: definition === 'destination' ? '' : own };
  };
}

/** A state with the name of the stream at the destination. */
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
