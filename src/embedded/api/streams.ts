import type { DiscoveredStream, WriteMode } from '../protocol/messages';
import { MODE_PARTS, modesOf } from '../model/sync-modes';
import type { DescribedStream } from '../store/connections';
import { badRequest } from './errors';
import type { StreamChoice } from './input';
import { fieldsOf, hasField, listed, rejectionOf } from './stream-fields';
import type { JsonObject } from '../platform/json';

/**
 * The streams of a connection. Without a selection all streams are synced with full refresh and overwrite, as in Airbyte.
 * @throws ApiError 400 if the source has no stream, or for an unknown or repeated stream, an unsupported mode, and a
 *   cursor or primary key that is missing or unknown
 */
export function selectStreams(
  found: readonly DiscoveredStream[],
  writes: readonly WriteMode[],
  choices: readonly StreamChoice[],
): DescribedStream[] {
  if (found.length === 0) throw badRequest(NO_STREAMS);
  if (choices.length === 0)
    return found.map((stream) =>
      configure(stream, writes, { syncMode: undefined, cursorField: [], primaryKey: [] }),
    );
  const byName = new Map<string, DiscoveredStream[]>();
  for (const stream of found) byName.set(stream.name, [...(byName.get(stream.name) ?? []), stream]);
  const chosen = new Set<DiscoveredStream>();
  return choices.map((choice) => {
    const stream = byName
      .get(choice.name)
      ?.find(({ namespace }) => (choice.namespace ?? namespace) === namespace);
    if (stream === undefined) {
      const names = listed([...byName.keys()]);
      throw badRequest(
        `No streams found with name [${choice.name}] and namespace [${choice.namespace ?? ''}] in the source. The source has: ${names}.`,
      );
    }
    if (chosen.has(stream))
      throw badRequest(`Duplicate stream found in configuration for: [${choice.name}].`);
    chosen.add(stream);
    return configure(stream, writes, choice);
  });
}

const NO_STREAMS =
  'The source has no stream: nothing matches its configuration, or its user has no read permission. Check the names in its configuration and the permissions of its user.';

function configure(
  stream: DiscoveredStream,
  writes: readonly WriteMode[],
  choice: Pick<StreamChoice, 'syncMode' | 'cursorField' | 'primaryKey'>,
): DescribedStream {
  const possible = modesOf(stream, writes);
  const wanted = choice.syncMode ?? 'full_refresh_overwrite';
  const syncMode = possible.find((mode) => mode === wanted);
  if (syncMode === undefined) {
    throw badRequest(
      `Cannot set sync mode to ${wanted} for stream [${stream.name}]. Valid sync modes are: ${possible.join(', ')}`,
    );
  }
  const { read, write } = MODE_PARTS[syncMode];
  return {
    name: stream.name,
    namespace: stream.namespace,
    syncMode,
    cursorField: cursorOf(stream, choice.cursorField, read === 'incremental'),
    primaryKey: primaryKeyOf(stream, choice.primaryKey, write === 'append_dedup'),
    jsonSchema: stream.jsonSchema,
  };
}

/** The messages are those of Airbyte. */
function cursorOf(stream: DiscoveredStream, asked: readonly string[], isNeeded: boolean): readonly string[] {
  const { name, jsonSchema, defaultCursorField, sourceDefinedCursor } = stream;
  if (asked.length > 0 && !hasField(jsonSchema, asked))
    throw badRequest(
      `Invalid cursor field for stream: ${name}. The stream has no field [${asked.join('.')}]; it has: ${fieldsOf(jsonSchema)}.`,
    );
  if (!isNeeded) return [];
  if (
    asked.length > 0 &&
    sourceDefinedCursor &&
    defaultCursorField.length > 0 &&
    !isSame(asked, defaultCursorField)
  )
    throw badRequest(
      `Cursor Field ${asked.join('.')} cannot be set: the source defines [${defaultCursorField.join('.')}] for stream: ${name}. Leave cursorField out.`,
    );
  const cursor = asked.length > 0 ? asked : defaultCursorField;
  if (cursor.length === 0 && !sourceDefinedCursor)
    throw badRequest(
      `No default cursor field found for stream [${name}]. Please specify a cursor field. The stream has: ${fieldsOf(jsonSchema)}.`,
    );
  const rejection = rejectionOf('cursor', jsonSchema, cursor);
  if (rejection !== null)
    throw badRequest(
      `Invalid cursor field for stream: ${name}. [${cursor.join('.')}] cannot be the cursor, because ${rejection}. Choose another field.`,
    );
  return cursor;
}

function primaryKeyOf(
  { name, jsonSchema, sourceDefinedPrimaryKey }: DiscoveredStream,
  asked: readonly (readonly string[])[],
  isNeeded: boolean,
): readonly (readonly string[])[] {
  const unknown = asked.find((path) => path.length === 0 || !hasField(jsonSchema, path));
  if (unknown !== undefined)
    throw badRequest(
      `Invalid primary key for stream: ${name}. The stream has no field [${unknown.join('.')}]; it has: ${fieldsOf(jsonSchema)}.`,
    );
  if (new Set(asked.map((path) => JSON.stringify(path))).size < asked.length)
    throw badRequest(`Invalid primary key for stream: ${name}. It names a field twice.`);
  const key = asked.length > 0 ? asked : sourceDefinedPrimaryKey;
  if (isNeeded && key.length === 0)
    throw badRequest(
      `A primary key is required for stream [${name}] in mode incremental_deduped_history. The stream has: ${fieldsOf(jsonSchema)}.`,
    );
  for (const path of isNeeded ? key : []) {
    const rejection = rejectionOf('key', jsonSchema, path);
    if (rejection !== null)
      throw badRequest(
        `Invalid primary key for stream: ${name}. [${path.join('.')}] cannot be part of the primary key, because ${rejection}. Choose another key, or a sync mode without deduplication.`,
      );
  }
  return key;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * A stream in the response of `GET /streams`. Airbyte spells `streamnamespace` in lower case.
 * @param writes the modes of the destination; without one, Airbyte returns no sync modes
 */
export function streamBody(stream: DiscoveredStream, writes: readonly WriteMode[] | null): JsonObject {
  const properties = stream.jsonSchema['properties'];
  return {
    streamName: stream.name,
    ...(stream.namespace === null ? {} : { streamnamespace: stream.namespace }),
    ...(writes === null ? {} : { syncModes: modesOf(stream, writes) }),
    defaultCursorField: stream.defaultCursorField,
    sourceDefinedCursorField: stream.sourceDefinedCursor,
    sourceDefinedPrimaryKey: stream.sourceDefinedPrimaryKey,
    propertyFields: Object.keys(typeof properties === 'object' && properties !== null ? properties : {}).map(
      (name) => [name],
    ),
  };
}
