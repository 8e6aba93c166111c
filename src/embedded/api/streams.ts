import type { DiscoveredStream, WriteMode } from '../protocol/messages';
import { streamKey } from '../protocol/stream-name';
import type { ConnectionStream, SyncMode } from '../store/connections';
import { badRequest } from './errors';
import type { StreamChoice } from './input';
import type { JsonObject } from '../json';

/** What each public sync mode asks of the source and of the destination. */
export const MODE_PARTS: Readonly<
  Record<SyncMode, { read: 'full_refresh' | 'incremental'; write: WriteMode }>
> = {
  full_refresh_overwrite: { read: 'full_refresh', write: 'overwrite' },
  full_refresh_append: { read: 'full_refresh', write: 'append' },
  incremental_append: { read: 'incremental', write: 'append' },
  incremental_deduped_history: { read: 'incremental', write: 'append_dedup' },
};

const MODES: readonly SyncMode[] = [
  'full_refresh_overwrite',
  'full_refresh_append',
  'incremental_append',
  'incremental_deduped_history',
];

/** The sync modes that a stream allows between its source and a destination. */
export function modesOf(stream: DiscoveredStream, writes: readonly WriteMode[]): SyncMode[] {
  return MODES.filter((mode) => {
    const { read, write } = MODE_PARTS[mode];
    return stream.syncModes.includes(read) && writes.includes(write);
  });
}

/**
 * The streams of a connection: all of them as full refresh and overwrite when none is chosen, as Airbyte does.
 * @throws ApiError 400 for an unknown stream, one that is named twice, a mode that is not possible, and a missing cursor or primary key
 */
export function selectStreams(
  found: readonly DiscoveredStream[],
  writes: readonly WriteMode[],
  choices: readonly StreamChoice[],
): ConnectionStream[] {
  if (choices.length === 0)
    return found.map((stream) =>
      configure(stream, writes, { syncMode: undefined, cursorField: [], primaryKey: [] }),
    );
  refuseTwice(choices);
  return choices.map((choice) => {
    const stream = found.find(
      ({ name, namespace }) => name === choice.name && (choice.namespace ?? namespace) === namespace,
    );
    if (stream === undefined) {
      throw badRequest(
        `No streams found with name [${choice.name}] and namespace [${choice.namespace ?? ''}] in the source.`,
      );
    }
    return configure(stream, writes, choice);
  });
}

function refuseTwice(choices: readonly StreamChoice[]): void {
  const seen = new Set<string>();
  const twice = choices.find((choice) => seen.size === seen.add(streamKey(choice)).size);
  if (twice) throw badRequest(`Duplicate stream found in configuration for: [${twice.name}].`);
}

function configure(
  stream: DiscoveredStream,
  writes: readonly WriteMode[],
  choice: Pick<StreamChoice, 'syncMode' | 'cursorField' | 'primaryKey'>,
): ConnectionStream {
  const possible = modesOf(stream, writes);
  const wanted = choice.syncMode ?? 'full_refresh_overwrite';
  const syncMode = possible.find((mode) => mode === wanted);
  if (syncMode === undefined) {
    throw badRequest(
      `Cannot set sync mode to ${wanted} for stream [${stream.name}]. Valid sync modes are: ${possible.join(', ')}`,
    );
  }
  const { read, write } = MODE_PARTS[syncMode];
  const cursorField = choice.cursorField.length > 0 ? choice.cursorField : stream.defaultCursorField;
  const primaryKey = choice.primaryKey.length > 0 ? choice.primaryKey : stream.sourceDefinedPrimaryKey;
  if (read === 'incremental' && cursorField.length === 0 && !stream.sourceDefinedCursor) {
    throw badRequest(
      `No default cursor field found for stream [${stream.name}]. Please specify a cursor field.`,
    );
  }
  if (write === 'append_dedup' && primaryKey.length === 0) {
    throw badRequest(`A primary key is required for stream [${stream.name}] in mode ${syncMode}.`);
  }
  return {
    name: stream.name,
    namespace: stream.namespace,
    syncMode,
    cursorField: read === 'incremental' ? cursorField : [],
    primaryKey,
    jsonSchema: stream.jsonSchema,
  };
}

/** A stream as `GET /streams` answers it, with Airbyte's own spelling of `streamnamespace`. */
export function streamBody(stream: DiscoveredStream, writes: readonly WriteMode[]): JsonObject {
  const properties = stream.jsonSchema['properties'];
  return {
    streamName: stream.name,
    ...(stream.namespace === null ? {} : { streamnamespace: stream.namespace }),
    syncModes: modesOf(stream, writes),
    defaultCursorField: stream.defaultCursorField,
    sourceDefinedCursorField: stream.sourceDefinedCursor,
    sourceDefinedPrimaryKey: stream.sourceDefinedPrimaryKey,
    propertyFields: Object.keys(typeof properties === 'object' && properties !== null ? properties : {}).map(
      (name) => [name],
    ),
  };
}
