import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN } from '../engine/definitions';
import type { JsonObject } from '../platform/json';
import type { ActorKind, ActorStore } from '../store/actors';
import type { ConnectionStore } from '../store/connections';
import type { WorkspaceStore } from '../store/workspaces';
import { SAMPLE_CONNECTION_ID, SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS, SAMPLE_WORKSPACE_ID } from './ids';
import { sampleOrdersCsv } from './orders';

const [WAREHOUSE_SOURCE, ANALYTICS_SOURCE, OUTPUT_SOURCE] = SAMPLE_SOURCE_IDS;
const [WAREHOUSE, ANALYTICS, OUTPUT] = SAMPLE_DESTINATION_IDS;

const SOURCES = [
  [WAREHOUSE_SOURCE, 'Sample orders'],
  [ANALYTICS_SOURCE, 'Sample orders for analytics'],
  [OUTPUT_SOURCE, 'Sample orders for output'],
] as const;

const DESTINATIONS = [
  [WAREHOUSE, '/local/warehouse'],
  [ANALYTICS, '/local/analytics'],
  [OUTPUT, '/local/output'],
] as const;

const SAMPLE_PATH = '/local/samples/orders.csv';

/** The stores that receive the samples. */
export interface SampleStores {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly workspaces: WorkspaceStore;
}

/** Inserts a workspace, sources and destinations with well-known ids, and one connection. */
export function insertSamples(stores: SampleStores, localRoot: string, now: Date): void {
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
  for (const [id, path] of DESTINATIONS) {
    insert(stores.actors, 'destination', 'local-json', {
      id,
      name: `JSON files in ${path}`,
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
    id: SAMPLE_CONNECTION_ID,
    name: 'Sample orders every night',
    sourceId: ANALYTICS_SOURCE,
    destinationId: ANALYTICS,
    workspaceId: SAMPLE_WORKSPACE_ID,
    status: 'active' as const,
    // The gateway encodes Unix cron in leading zeros: it shows this schedule as `0 2 * * *`.
    schedule: { kind: 'cron' as const, expression: '0000 0 2 * * ?', timeZone: 'UTC' },
    settings: { nonBreakingSchemaUpdatesBehavior: 'ignore', namespaceDefinition: 'destination', prefix: '' },
    streams: [stream],
    createdAt: now,
  };
  connections.saveDescribed(connection, [stream]);
}
