import type { JsonObject } from '../../src/embedded/platform/json';
import { runConnector, type ConnectorRun } from './connector-run';
import { PostgresServer } from './server';

const DATABASE = 'lake';

export type Mode = 'overwrite' | 'append' | 'append_dedup';

export interface Sync {
  readonly properties?: JsonObject;
  readonly key?: readonly string[];
  readonly cursor?: string;
  readonly schema?: string;
  readonly username?: string;
  readonly complete?: boolean;
}

export const ID: JsonObject = { id: { type: 'integer' } };
export const ID_AND_TEXT: JsonObject = { ...ID, v: { type: 'string' } };

let server: PostgresServer;

/** Creates an empty database on one server for every test of a file. */
export function useServer(): void {
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(() => {
    server.sql(`DROP DATABASE IF EXISTS "${DATABASE}" WITH (FORCE)`);
    server.createDatabase(DATABASE);
  });
}

export const sql = (statements: string): string => server.sql(statements, DATABASE);

/** The result of a check of the destination: null, or the reason of the failure. */
export async function check(schema: string, username: string): Promise<string | null> {
  const config = { ...server.config(DATABASE, username), schema, ssl_mode: { mode: 'disable' } };
  return (await runConnector('destination-postgres', 'check', { config })).checkFailure;
}

/** Writes records (JSON texts) to the table of a stream. */
export function write(
  mode: Mode,
  stream: string,
  records: readonly string[],
  sync: Sync = {},
): Promise<ConnectorRun> {
  const { properties = ID, key = [], cursor, schema = 'public', username, complete = true } = sync;
  const descriptor = { name: stream };
  const lines = records.map(
    (data) => `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":${data},"emitted_at":1}}`,
  );
  const state = { type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: { at: 1 } } };
  lines.push(JSON.stringify({ type: 'STATE', state }));
  const status = { stream_descriptor: descriptor, status: 'COMPLETE' };
  const trace = { type: 'STREAM_STATUS', emitted_at: 1, stream_status: status };
  if (complete) lines.push(JSON.stringify({ type: 'TRACE', trace }));
  const configured = {
    stream: { ...descriptor, json_schema: { properties }, supported_sync_modes: ['full_refresh'] },
    sync_mode: 'full_refresh',
    destination_sync_mode: mode,
    primary_key: key.map((name) => [name]),
    cursor_field: cursor === undefined ? [] : [cursor],
  };
  const config = { ...server.config(DATABASE, username), schema, ssl_mode: { mode: 'disable' } };
  return runConnector(
    'destination-postgres',
    'write',
    { config, catalog: { streams: [configured] } },
    `${lines.join('\n')}\n`,
  );
}

export async function written(...args: Parameters<typeof write>): Promise<ConnectorRun> {
  const run = await write(...args);
  expect(run.failure).toBeNull();
  return run;
}

export async function refused(...args: Parameters<typeof write>): Promise<string> {
  const { failure } = await write(...args);
  expect(failure?.type).toBe('config_error');
  return failure?.message ?? '';
}
