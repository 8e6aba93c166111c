import { arrayAt, isObject, objectAt, stringAt, stringsOf, type JsonObject } from '../platform/json';

export type ReadMode = 'full_refresh' | 'incremental';
export type WriteMode = 'overwrite' | 'append' | 'append_dedup';

/** A stream that a source offers. */
export interface DiscoveredStream {
  readonly name: string;
  readonly namespace: string | null;
  readonly jsonSchema: JsonObject;
  readonly syncModes: readonly ReadMode[];
  readonly sourceDefinedCursor: boolean;
  readonly defaultCursorField: readonly string[];
  readonly sourceDefinedPrimaryKey: readonly (readonly string[])[];
}

/** A stream as a sync uses it. */
export interface ConfiguredStream {
  readonly name: string;
  readonly namespace: string | null;
  readonly jsonSchema: JsonObject;
  readonly readMode: ReadMode;
  readonly writeMode: WriteMode;
  readonly cursorField: readonly string[];
  readonly primaryKey: readonly (readonly string[])[];
}

/** The streams of a CATALOG message's `catalog`. */
export function parseCatalog(catalog: JsonObject): DiscoveredStream[] {
  return arrayAt(catalog, 'streams').filter(isObject).map(parseStream);
}

function parseStream(stream: JsonObject): DiscoveredStream {
  const modes = stringsOf(stream['supported_sync_modes']);
  return {
    name: stringAt(stream, 'name') ?? '',
    namespace: stringAt(stream, 'namespace') ?? null,
    jsonSchema: objectAt(stream, 'json_schema') ?? {},
    syncModes:
      modes.length === 0
        ? ['full_refresh']
        : modes.filter((mode) => mode === 'full_refresh' || mode === 'incremental'),
    sourceDefinedCursor: stream['source_defined_cursor'] === true,
    defaultCursorField: stringsOf(stream['default_cursor_field']),
    sourceDefinedPrimaryKey: arrayAt(stream, 'source_defined_primary_key').map(stringsOf),
  };
}

/** The streams of the configured catalog for `read` and `write`. */
export function parseConfiguredCatalog(catalog: JsonObject): ConfiguredStream[] {
  return arrayAt(catalog, 'streams').filter(isObject).map(parseConfiguredStream);
}

function parseConfiguredStream(configured: JsonObject): ConfiguredStream {
  const stream = parseStream(objectAt(configured, 'stream') ?? {});
  const writeMode = stringAt(configured, 'destination_sync_mode');
  return {
    name: stream.name,
    namespace: stream.namespace,
    jsonSchema: stream.jsonSchema,
    readMode: stringAt(configured, 'sync_mode') === 'incremental' ? 'incremental' : 'full_refresh',
    writeMode: writeMode === 'overwrite' || writeMode === 'append_dedup' ? writeMode : 'append',
    cursorField: stringsOf(configured['cursor_field']),
    primaryKey: arrayAt(configured, 'primary_key').map(stringsOf),
  };
}

/** Name and namespace of a stream, as messages contain them. */
export function streamDescriptor(name: string, namespace: string | null): JsonObject {
  return namespace === null ? { name } : { name, namespace };
}

/** A TRACE message with the status of a stream. */
export function streamStatus(
  name: string,
  namespace: string | null,
  status: 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE',
  at: Date,
): JsonObject {
  return {
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: at.getTime(),
      stream_status: { stream_descriptor: streamDescriptor(name, namespace), status },
    },
  };
}

/** A LOG message for the operator. */
export function logMessage(level: 'INFO' | 'WARN', message: string): JsonObject {
  return { type: 'LOG', log: { level, message } };
}

/** A STATE message of one stream with the number of its records since the previous state. */
export function streamState(
  name: string,
  namespace: string | null,
  state: JsonObject,
  recordCount: number,
): JsonObject {
  return {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: streamDescriptor(name, namespace), stream_state: state },
      sourceStats: { recordCount },
    },
  };
}

/** The saved state of a stream among the states that a source gets, or null. */
export function savedStreamState(
  states: readonly JsonObject[],
  { name, namespace }: Pick<ConfiguredStream, 'name' | 'namespace'>,
): JsonObject | null {
  for (const message of states) {
    const stream = objectAt(message, 'stream') ?? {};
    const descriptor = objectAt(stream, 'stream_descriptor') ?? {};
    if (stringAt(descriptor, 'name') === name && (stringAt(descriptor, 'namespace') ?? null) === namespace)
      return objectAt(stream, 'stream_state') ?? {};
  }
  return null;
}
