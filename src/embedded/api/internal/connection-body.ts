import { MODE_PARTS } from '../../model/sync-modes';
import { stringAt, type JsonObject } from '../../platform/json';
import type { Connection, DescribedStream } from '../../store/connections';
import type { Tag } from '../../store/tags';
import { epochSeconds } from '../response-bodies';
import { tagBody } from '../routes-tags';
import { scheduleBody } from '../schedule-body';
import { present } from './input';

/** Values of the public API that the internal API spells differently, by the name of the public API. */
export const NAMESPACE_DEFINITIONS: Readonly<Record<string, string>> = {
  source: 'source',
  destination: 'destination',
  custom_format: 'customformat',
};
export const SCHEMA_CHANGES: Readonly<Record<string, string>> = {
  ignore: 'ignore',
  disable_connection: 'disable',
  propagate_columns: 'propagate_columns',
  propagate_fully: 'propagate_fully',
};

/** A ConnectionRead of Airbyte: the time zone apart from the expression, and the streams with their schemas. */
export function internalConnectionBody(
  connection: Connection,
  streams: readonly DescribedStream[],
  tags: readonly Tag[],
): JsonObject {
  const { settings } = connection;
  const spelled = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
    names[stringAt(settings, name) ?? ''];
  return present({
    connectionId: connection.id,
    name: connection.name,
    namespaceDefinition: spelled(NAMESPACE_DEFINITIONS, 'namespaceDefinition'),
    namespaceFormat: stringAt(settings, 'namespaceFormat'),
    prefix: stringAt(settings, 'prefix'),
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    operationIds: [],
    syncCatalog: { streams: streams.map(streamBody) },
    ...scheduleBody(connection.schedule),
    status: connection.status,
    nonBreakingChangesPreference: spelled(SCHEMA_CHANGES, 'nonBreakingSchemaUpdatesBehavior'),
    createdAt: epochSeconds(connection.createdAt),
    breakingChange: false,
    notifySchemaChanges: false,
    tags: tags.map(tagBody),
  });
}

function streamBody(stream: DescribedStream): JsonObject {
  const { read, write } = MODE_PARTS[stream.syncMode];
  return {
    stream: present({
      name: stream.name,
      namespace: stream.namespace,
      jsonSchema: stream.jsonSchema,
      supportedSyncModes: [read],
    }),
    config: {
      syncMode: read,
      destinationSyncMode: write,
      cursorField: stream.cursorField,
      primaryKey: stream.primaryKey,
      aliasName: stream.name,
      selected: true,
    },
  };
}
