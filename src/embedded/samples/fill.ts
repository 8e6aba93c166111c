import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN } from '../engine/definitions';
import type { JsonObject } from '../platform/json';
import type { ActorKind, ActorStore } from '../store/actors';
import type { ConnectionStore } from '../store/connections';
import type { WorkspaceStore } from '../store/workspaces';
import { sampleOrdersCsv } from './orders';

/** The workspace of a new data directory. */
export const SAMPLE_WORKSPACE_ID = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';

const SOURCES = [
  ['95e66a59-8045-4307-9678-63bc3c9b8c93', 'Sample orders'],
  ['12345678-1234-1234-1234-123456789012', 'Sample orders (second)'],
  ['source-id', 'Sample orders (third)'],
] as const;

const DESTINATIONS = [
  ['e478de0d-a3a0-475c-b019-25f7dd29e281', 'Local JSON files', '/local/warehouse'],
  ['87654321-4321-4321-4321-210987654321', 'Local JSON files (second)', '/local/analytics'],
  ['dest-id', 'Local JSON files (third)', '/local/output'],
] as const;

const SAMPLE_PATH = '/local/samples/orders.csv';

/** What samples are written to. */
export interface SampleStores {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly workspaces: WorkspaceStore;
}

/** Gives a new data directory a workspace, sources and destinations under well-known ids, and one connection. */
export function fillWithSamples(stores: SampleStores, localRoot: string, now: Date): void {
  mkdirSync(join(localRoot, 'samples'), { recursive: true });
  writeFileSync(join(localRoot, 'samples', 'orders.csv'), sampleOrdersCsv());
  stores.workspaces.insert({ id: SAMPLE_WORKSPACE_ID, name: 'Embedded workspace' }, now);
  for (const [id, name] of SOURCES) {
    const configuration = {
      dataset_name: 'orders',
      format: 'csv',
      url: SAMPLE_PATH,
      provider: { storage: 'local' },
    };
    insert(stores.actors, 'source', 'file', { id, name, configuration, now });
  }
  for (const [id, name, path] of DESTINATIONS) {
    insert(stores.actors, 'destination', 'local-json', {
      id,
      name,
      configuration: { destination_path: path },
      now,
    });
  }
  insertConnection(stores.connections, now);
}

function insert(
  actors: ActorStore,
  kind: ActorKind,
  type: string,
  { id, name, configuration, now }: { id: string; name: string; configuration: JsonObject; now: Date },
): void {
  const definitionId = BUILT_IN.find((definition) => definition.type === type)?.id ?? '';
  actors.insert({
    id,
    kind,
    name,
    definitionId,
    workspaceId: SAMPLE_WORKSPACE_ID,
    configuration,
    shown: configuration,
    createdAt: now,
  });
}

function insertConnection(connections: ConnectionStore, now: Date): void {
  const columns = [
    'order_id',
    'ordered_at',
    'customer',
    'email',
    'country',
    'product',
    'quantity',
    'unit_price',
    'currency',
    'status',
  ];
  const stream = {
    name: 'orders',
    namespace: null,
    syncMode: 'full_refresh_overwrite',
    cursorField: [],
    primaryKey: [],
    jsonSchema: {
      type: 'object',
      properties: Object.fromEntries(columns.map((name) => [name, { type: ['null', 'string'] }])),
    },
  } as const;
  const connection = {
    id: 'conn-12345678-1234-1234-1234-123456789012',
    name: 'Sample orders every night',
    sourceId: '12345678-1234-1234-1234-123456789012',
    destinationId: '87654321-4321-4321-4321-210987654321',
    workspaceId: SAMPLE_WORKSPACE_ID,
    status: 'active' as const,
    // Seconds of 0000 read as 0; the gateway's users know this schedule as `0 2 * * *`.
    cron: { expression: '0000 0 2 * * ?', timeZone: 'UTC' },
    settings: { nonBreakingSchemaUpdatesBehavior: 'ignore', namespaceDefinition: 'destination', prefix: '' },
    streams: [stream],
    createdAt: now,
  };
  connections.saveDescribed(connection, [stream]);
}
