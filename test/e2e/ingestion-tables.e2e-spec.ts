import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import { until } from '../support/until';
import { DESTINATION_ID, problem, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';

const OTHER_SOURCE = '11111111-1111-4111-8111-111111111111';
const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const bench = gatewayBench({
  API_KEYS: [
    `all:ingestion:read+ingestion:write:${hash('all')}`,
    `team:ingestion:read+ingestion:write:${hash('team')}:${WORKSPACE_ID}`,
  ].join(','),
  RATE_LIMIT: 'off',
  STATUS_MAX_AGE_MS: '0',
});
/** Each name without a namespace, and one in two. */
const STREAMS = [
  ...['orders', 'people', 'lines', 'raw_orders'].map((streamName) => ({ streamName })),
  ...['north', 'south'].map((streamnamespace) => ({ streamName: 'orders', streamnamespace })),
].map((stream) => ({
  ...stream,
  syncModes: [
    'full_refresh_overwrite',
    'full_refresh_append',
    'incremental_append',
    'incremental_deduped_history',
  ],
  defaultCursorField: ['at'],
  sourceDefinedCursorField: true,
  sourceDefinedPrimaryKey: [['id']],
  propertyFields: [['id'], ['at']],
}));
beforeEach(() => {
  bench.upstream.state.addSource(OTHER_SOURCE);
  bench.upstream.state.streams = STREAMS;
});

type Stream = { readonly name: string; readonly namespace?: string; readonly syncMode?: string };
interface Given {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const holds = (...streams: Stream[]): string =>
  bench.upstream.state.addConnection({ configurations: { streams } }).connectionId;
const send = async (method: 'post' | 'patch', path: string, body: object, key = 'all'): Promise<Given> =>
  bench.api[method](path).set('X-API-Key', key).send(body);
const fromOther = (...streams: Stream[]): object => ({
  name: 'Other orders',
  sourceId: OTHER_SOURCE,
  destinationId: DESTINATION_ID,
  ...(streams.length > 0 && { streams }),
});

const APPEND = 'incremental_append';

describe.each(['/ingestion', '/ingestion/check'])('POST %s', (path) => {
  it.each([
    ['overwrites what the other overwrites', 'full_refresh_overwrite', 'full_refresh_overwrite'],
    ['overwrites what the other appends', 'full_refresh_overwrite', APPEND],
    ['appends to what the other deduplicates', APPEND, 'incremental_deduped_history'],
  ])('refuses an ingestion that %s, with the field and the other ingestion', async (_, mine, others) => {
    const connectionId = holds({ name: 'lines' }, { name: 'orders', syncMode: others });
    const { status, body } = await send(
      'post',
      path,
      fromOther({ name: 'people' }, { name: 'orders', syncMode: mine }),
    );
    expect([status, body['code'], body['connectionId']]).toEqual([409, 'table-in-use', connectionId]);
    expect(body['errors']).toEqual([
      {
        field: 'streams[1].name',
        reason: expect.stringContaining(`${connectionId} already writes the table "orders"`),
        hint: expect.stringContaining('another destination'),
      },
    ]);
    expect(bench.upstream.count('POST /connections')).toBe(0);
  });

  it('accepts the same stream of the same source, and streams that are only appended', async () => {
    const same = { name: 'Again', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
    const mixed = fromOther({ name: 'orders', syncMode: 'full_refresh_append' });
    for (const body of [mixed, { ...same, streams: [{ name: 'orders' }] }, same]) {
      bench.upstream.state.connections.clear();
      holds({ name: 'orders', syncMode: APPEND });
      expect((await send('post', path, body)).status).toBeLessThan(300);
    }
  });

  it('refuses an ingestion that replaces rows, also after many that do not', async () => {
    for (let n = 0; n < 30; n++) holds({ name: 'orders', syncMode: APPEND });
    const connectionId = holds({ name: 'people' });
    const { status, body } = await send(
      'post',
      path,
      fromOther({ name: 'orders', syncMode: APPEND }, { name: 'people' }),
    );
    expect([status, body['code'], body['connectionId']]).toEqual([409, 'table-in-use', connectionId]);
  });

  it('refuses streams of one name if their namespaces are not kept', async () => {
    const streams = ['north', 'south'].map((namespace) => ({ name: 'orders', namespace }));
    const { status, body } = await send('post', path, fromOther(...streams));
    expect([status, body['code'], body['connectionId']]).toEqual([409, 'table-in-use', undefined]);
    expect(body['errors']).toMatchObject([{ field: 'streams[1].name' }]);
  });

  it('knows the streams of a source that other ingestions read, if none are named', async () => {
    holds({ name: 'orders' });
    bench.upstream.state.addConnection({
      sourceId: OTHER_SOURCE,
      destinationId: '99999999-9999-4999-8999-999999999999',
      configurations: { streams: [{ name: 'orders', syncMode: APPEND }] },
    });
    const { status, body } = await send('post', path, fromOther());
    expect([status, body['code']]).toEqual([409, 'table-in-use']);
    expect(body['errors']).toMatchObject([{ field: 'destinationId' }]);
  });

  it('compares the names that prefixes and namespaces give', async () => {
    bench.upstream.state.addConnection({
      prefix: 'raw_',
      configurations: { streams: [{ name: 'orders' }] },
    });
    bench.upstream.state.addConnection({
      namespaceDefinition: 'source',
      configurations: { streams: [{ name: 'orders', namespace: 'shop' }] },
    });
    expect((await send('post', path, fromOther({ name: 'orders' }))).status).toBeLessThan(300);
    expect((await send('post', path, fromOther({ name: 'raw_orders' }))).status).toBe(409);
  });

  it('does not count deleted ingestions, and counts paused ones', async () => {
    const connectionId = holds({ name: 'orders' });
    const row = bench.upstream.state.connections.get(connectionId);
    if (row) row.status = 'deprecated';
    expect((await send('post', path, fromOther({ name: 'orders' }))).status).toBeLessThan(300);
    bench.upstream.state.connections.clear();
    if (row) bench.upstream.state.addConnection({ ...row, status: 'inactive' });
    expect((await send('post', path, fromOther({ name: 'orders' }))).status).toBe(409);
  });

  it('answers the same whether or not ingestions of other workspaces write such a table', async () => {
    const request = fromOther({ name: 'orders' });
    const before = await send('post', path, request, 'team');
    bench.upstream.state.connections.clear();
    bench.upstream.state.addConnection({ workspaceId: OTHER_WORKSPACE });
    const after = await send('post', path, request, 'team');
    expect(after.status).toBe(before.status);
    expect(after.status).toBeLessThan(300);
  });
});

it('warns of tables to which both append', async () => {
  const connectionId = holds({ name: 'orders', syncMode: APPEND });
  const warningsOf = async (sourceId: string): Promise<unknown> => {
    const request = { ...fromOther({ name: 'orders', syncMode: APPEND }), sourceId };
    return (await send('post', '/ingestion/check', request)).body['warnings'];
  };
  const field = 'streams[0].name';
  expect(await warningsOf(SOURCE_ID)).toEqual([
    { field, connectionId, reason: expect.stringContaining('each row will be in the table twice') },
  ]);
  expect(await warningsOf(OTHER_SOURCE)).toEqual([
    { field, connectionId, reason: expect.stringContaining('the rows of both') },
  ]);
});

it('warns of a table that both replace from the same stream', async () => {
  const connectionId = holds({ name: 'orders', syncMode: APPEND });
  const request = { ...fromOther({ name: 'orders' }), sourceId: SOURCE_ID };
  expect((await send('post', '/ingestion/check', request)).body['warnings']).toEqual([
    {
      field: 'streams[0].name',
      connectionId,
      reason: expect.stringContaining('replaces the rows of the other'),
    },
  ]);
});

it('lists at most twenty warnings of each effect', async () => {
  for (let n = 0; n < 30; n++) {
    holds({ name: 'orders' }, { name: 'people', syncMode: APPEND });
    bench.upstream.state.addConnection({
      sourceId: OTHER_SOURCE,
      configurations: { streams: [{ name: 'people', syncMode: APPEND }] },
    });
  }
  const request = {
    ...fromOther({ name: 'orders' }, { name: 'people', syncMode: APPEND }),
    sourceId: SOURCE_ID,
  };
  const warnings = JSON.stringify((await send('post', '/ingestion/check', request)).body['warnings']);
  for (const effect of ['replaces the rows of the other', 'in the table twice', 'the rows of both'])
    expect(warnings.split(effect)).toHaveLength(20 + 1);
});

it('creates although the ingestions cannot be listed, and the check says so', async () => {
  holds({ name: 'orders' });
  bench.upstream.on('GET /connections', () => problem(500, 'No.'));
  const request = fromOther({ name: 'orders' });
  const { body } = await send('post', '/ingestion/check', request);
  expect(body['unchecked']).toContainEqual(expect.objectContaining({ field: 'destinationId' }));
  expect((await send('post', '/ingestion', request)).status).toBe(201);
});

describe('PATCH of streams', () => {
  it('refuses a new stream whose table another ingestion writes, and changes nothing', async () => {
    const other = holds({ name: 'people' });
    const { connectionId } = bench.upstream.state.addConnection({ sourceId: OTHER_SOURCE });
    const streams = [{ name: 'orders', syncMode: 'full_refresh_overwrite' }, { name: 'people' }];
    const { status, body } = await send('patch', `/ingestion/${connectionId}`, { streams });
    expect([status, body['code'], body['connectionId']]).toEqual([409, 'table-in-use', other]);
    expect(body['errors']).toMatchObject([{ field: 'streams[1].name' }]);
    expect(bench.upstream.count('PATCH /connections/:id')).toBe(0);
  });

  it('accepts other changes of an ingestion that shares a table already', async () => {
    holds({ name: 'orders' });
    const { connectionId } = bench.upstream.state.addConnection({ sourceId: OTHER_SOURCE });
    const path = `/ingestion/${connectionId}`;
    const streams = [{ name: 'orders', syncMode: 'full_refresh_overwrite' }, { name: 'lines' }];
    expect((await send('patch', path, { name: 'Renamed' })).status).toBe(200);
    expect((await send('patch', path, { streams })).status).toBe(200);
  });
});

it('needs no call to Airbyte while the mirror is warm', async () => {
  const gateway = await startGateway({
    AIRBYTE_API_URL: bench.upstream.url,
    FEED_INTERVAL_MS: '100',
    CONNECTION_MAX_AGE_MS: '600000',
    DATA_DIR: join(tmpdir(), `tables-${process.pid}`),
  });
  try {
    holds({ name: 'orders' });
    await gateway.api.get('/ingestion').expect(200);
    const request = fromOther({ name: 'orders' });
    await until('the list', async () => (await gateway.api.post('/ingestion').send(request)).status === 409);
    const before = bench.upstream.count('GET /connections');
    await gateway.api.post('/ingestion').send(request).expect(409);
    expect(bench.upstream.count('GET /connections')).toBe(before);
  } finally {
    await gateway.close();
  }
});
