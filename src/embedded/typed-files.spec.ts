import { EmbeddedUnderTest, type EmbeddedClient } from '../../test/embedded/embedded-kit';
import { SAMPLE_WORKSPACE_ID } from './samples/ids';
import type { JsonObject } from './platform/json';

let embedded: EmbeddedUnderTest;
let client: EmbeddedClient;
let count = 0;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start();
  client = embedded.client;
});
afterAll(() => embedded.remove());

interface Flow {
  readonly sourceId: string;
  readonly connectionId: string;
  /** The rows at the destination after another sync of a file with this content. */
  readonly sync: (content: string) => Promise<unknown[]>;
  /** The reason of the failure of a sync. */
  readonly failure: (content: string) => Promise<string>;
}

async function make(path: string, type: string, configuration: JsonObject): Promise<JsonObject> {
  const body = { name: type, workspaceId: SAMPLE_WORKSPACE_ID, configuration };
  const made = await client.post(path, body);
  expect(made).toMatchObject({ status: 200 });
  return made.body;
}

/** The reasons why the attempts of a job failed. */
async function reasonOf(jobId: unknown): Promise<string> {
  const { body } = await client.internal('/jobs/get_without_logs', { id: jobId });
  return (JSON.stringify(body).match(/"externalMessage":"[^}]*/g) ?? []).join('\n');
}

async function flowOf(content: string, stream: JsonObject, more: JsonObject = {}): Promise<Flow> {
  const folder = `out${++count}`;
  // Streams are kept for some seconds by their configuration.
  const file = `d${count}.csv`;
  embedded.writeLocal(file, content);
  const { sourceId } = await make('/sources', 'file', {
    sourceType: 'file',
    dataset_name: 'd',
    format: 'csv',
    url: `/local/${file}`,
    provider: { storage: 'local' },
    ...more,
  });
  const { destinationId } = await make('/destinations', 'local-json', {
    destinationType: 'local-json',
    destination_path: `/local/${folder}`,
  });
  const connectionId = await client.connect(String(sourceId), String(destinationId), {
    configurations: { streams: [{ name: 'd', ...stream }] },
  });
  const run = async (text: string): Promise<JsonObject> => {
    embedded.writeLocal(file, text);
    return client.jobIn(await client.sync(connectionId), 'succeeded', 'failed');
  };
  return {
    sourceId: String(sourceId),
    connectionId,
    sync: async (text) => {
      const { jobId, status } = await run(text);
      expect([status, await reasonOf(jobId)]).toEqual(['succeeded', '']);
      return embedded.readOutput(`${folder}/_airbyte_raw_d.jsonl`);
    },
    failure: async (text) => {
      const { jobId, status } = await run(text);
      expect(status).toBe('failed');
      return reasonOf(jobId);
    },
  };
}

describe('a CSV file with inferred types', () => {
  const TYPED = { infer_types: true };
  const CONTENT = 'id;name;paid on;amount\n1;Ärger;2026-01-31;1.50\n2;007;;2\n';
  const OPTIONS = { ...TYPED, reader_options: '{"sep": ";"}' };

  it('is loaded with numbers and nulls, and codes stay texts', async () => {
    const { sync } = await flowOf(CONTENT, { syncMode: 'full_refresh_overwrite' }, OPTIONS);
    expect(await sync(CONTENT)).toEqual([
      { id: 1, name: 'Ärger', 'paid on': '2026-01-31', amount: 1.5 },
      { id: 2, name: '007', 'paid on': null, amount: 2 },
    ]);
  });

  it('fails at a later value of another form with its row and column, and loads it after the types were inferred again', async () => {
    const flow = await flowOf(CONTENT, { syncMode: 'full_refresh_overwrite' }, OPTIONS);
    const changed = CONTENT.replace(';2\n', ';two\n');
    expect(await flow.failure(changed)).toContain('Row 2 (line 3) of /local/d2.csv is wrong: in column 4');
    const streams = [{ name: 'd', syncMode: 'full_refresh_append' }];
    // The streams are kept for some seconds.
    await client.get(`/streams?sourceId=${flow.sourceId}&ignoreCache=true`);
    const patched = await client.patch(`/connections/${flow.connectionId}`, { configurations: { streams } });
    expect(patched).toMatchObject({ status: 200 });
    expect(await flow.sync(changed)).toMatchObject([{ amount: '1.50' }, { amount: 'two' }]);
  });

  it('stays a file of texts without the option', async () => {
    const { sync } = await flowOf('id\n1\n', { syncMode: 'full_refresh_overwrite' });
    expect(await sync('id\n1\n')).toEqual([{ id: '1' }]);
  });

  it.each([
    [{ ...TYPED, format: 'jsonl' }, 'infer_types is for csv only'],
    [{ ...TYPED, reader_options: '{"dtype": "str"}' }, 'contradicts infer_types'],
  ])('is refused with %j', async (more, reason) => {
    embedded.writeLocal('refused', '{"id":1}\n');
    const configuration = {
      sourceType: 'file',
      dataset_name: 'd',
      format: 'csv',
      url: '/local/refused',
      provider: { storage: 'local' },
      ...more,
    };
    const { status, body } = await client.post('/sources', {
      name: 'file',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(reason);
  });
});

describe('an incremental sync of a file', () => {
  const APPEND = { syncMode: 'incremental_append', cursorField: ['at'] };
  const rowsOf = (...rows: string[]): string => `id,at\n${rows.map((row) => `${row}\n`).join('')}`;
  const ids = (rows: unknown[]): unknown[] => rows.map((row) => (row as JsonObject)['id']);

  it('loads only rows with a greater cursor, in any order, and rows that were added with the same one', async () => {
    const { sync } = await flowOf(rowsOf('a,2'), APPEND, { infer_types: true });
    expect(ids(await sync(rowsOf('a,9', 'b,10', 'c,2')))).toEqual(['a', 'b', 'c']);
    expect(ids(await sync(rowsOf('a,9', 'b,10', 'c,2')))).toHaveLength(3);
    // Numbers are compared as numbers, and `late` comes too late.
    const rows = await sync(rowsOf('d,11', 'late,3', 'a,9', 'b,10', 'e,10', 'c,2'));
    expect(ids(rows)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(ids(await sync(rowsOf('d,11', 'a,9', 'b,10', 'e,10')))).toHaveLength(5);
  });

  it('compares times of several zones', async () => {
    const { sync } = await flowOf(rowsOf('a,2026-01-31T10:00:00Z'), APPEND, { infer_types: true });
    const first = rowsOf('a,2026-01-31T10:00:00+02:00', 'b,2026-01-31T09:00:00.5Z');
    expect(ids(await sync(first))).toEqual(['a', 'b']);
    const second = rowsOf('c,2026-01-31T10:59:00+02:00', 'd,2026-01-31T09:00:00.51Z');
    expect(ids(await sync(second))).toEqual(['a', 'b', 'd']);
  });

  it('loads rows without a cursor once', async () => {
    const { sync } = await flowOf(rowsOf('a,1'), APPEND, { infer_types: true });
    expect(ids(await sync(rowsOf('a,', 'b,1')))).toEqual(['a', 'b']);
    expect(ids(await sync(rowsOf('a,', 'b,1', 'c,2')))).toEqual(['a', 'b', 'c']);
  });

  it('continues after a change of the configuration', async () => {
    const flow = await flowOf(rowsOf('a,1'), APPEND, { infer_types: true });
    expect(ids(await flow.sync(rowsOf('a,1', 'b,2')))).toEqual(['a', 'b']);
    const configuration = { reader_options: '{"na_values": ["-"]}' };
    const patched = await client.patch(`/sources/${flow.sourceId}`, { configuration });
    expect(patched).toMatchObject({ status: 200 });
    expect(ids(await flow.sync(rowsOf('a,1', 'b,2', 'c,3')))).toEqual(['a', 'b', 'c']);
  });
});
