import { createHash } from 'node:crypto';
import { clockOf } from '../support/clock';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import { latch } from '../support/latch';
import {
  DESTINATION_ID,
  fault,
  hateoas,
  html,
  json,
  problem,
  SOURCE_ID,
  type StreamRow,
  WORKSPACE_ID,
} from '../support/scripted-upstream';

const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
const FOREIGN_SOURCE = '11111111-1111-4111-8111-111111111111';
const FOREIGN_DESTINATION = '22222222-2222-4222-8222-222222222222';
const ABSENT = '00000000-0000-4000-8000-000000000000';
const STREAMS = `/sources/${SOURCE_ID}/streams`;
const ORDERS: StreamRow = {
  streamName: 'orders',
  streamnamespace: 'shop',
  syncModes: ['full_refresh_overwrite', 'incremental_append'],
  defaultCursorField: ['updated_at'],
  sourceDefinedCursorField: true,
  sourceDefinedPrimaryKey: [['order_id']],
  propertyFields: [['order_id'], ['customer', 'name']],
};

interface SourceStreams {
  readonly discoveredAt: string;
  readonly streams: readonly { readonly name: string; readonly syncModes: readonly string[] | null }[];
}

let skippedMs = 0;
const clock = clockOf(() => new Date(Date.now() + skippedMs));
const keyOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const bench = gatewayBench(
  {
    API_KEYS: `all:ingestion:read:${keyOf('all')},team:ingestion:read:${keyOf('team')}:${WORKSPACE_ID}`,
    RATE_LIMIT: 'off',
    AIRBYTE_CREATE_TIMEOUT_MS: '3000',
  },
  clock,
);

beforeEach(() => {
  // Results of the test before are too old.
  skippedMs += 10 * 60_000;
  bench.upstream.state.clockAheadMs = skippedMs;
  bench.upstream.state.streams = [ORDERS];
  bench.upstream.state.addSource(FOREIGN_SOURCE, OTHER_WORKSPACE);
  bench.upstream.state.addDestination(FOREIGN_DESTINATION, OTHER_WORKSPACE);
});

const read = async (path = STREAMS, key = 'all'): Promise<SourceStreams> =>
  (await bench.api.get(path).set('X-API-Key', key).expect(200)).body as SourceStreams;

it('lists names, modes, cursors, keys and fields', async () => {
  const body = await read(`${STREAMS}?destinationId=${DESTINATION_ID}`);
  expect(body).toEqual({
    sourceId: SOURCE_ID,
    destinationId: DESTINATION_ID,
    discoveredAt: expect.any(String) as string,
    streams: [
      {
        name: 'orders',
        namespace: 'shop',
        syncModes: ['full_refresh_overwrite', 'incremental_append'],
        cursorField: ['updated_at'],
        isCursorFixed: true,
        primaryKey: [['order_id']],
        fields: [['order_id'], ['customer', 'name']],
      },
    ],
  });
});

it('has no modes without a destination', async () => {
  expect((await read()).streams).toMatchObject([{ name: 'orders', syncModes: null }]);
  expect(bench.upstream.of('GET /streams')[0]?.query.get('ignoreCache')).toBeNull();
});

it('is discovered once for all who ask, and again after five minutes', async () => {
  const held = latch();
  bench.upstream.on('GET /streams', async () => {
    await held.opened;
    return undefined;
  });
  const asking = Promise.all(Array.from({ length: 30 }, () => read()));
  await bench.upstream.seen('GET /streams');
  held.open();
  const answers = await asking;
  expect(new Set(answers.map(({ discoveredAt }) => discoveredAt)).size).toBe(1);
  skippedMs += 4 * 60_000;
  expect((await read()).discoveredAt).toBe(answers[0]?.discoveredAt);
  expect(bench.upstream.count('GET /streams')).toBe(1);
  skippedMs += 61_000;
  expect((await read()).discoveredAt).not.toBe(answers[0]?.discoveredAt);
  expect(bench.upstream.count('GET /streams')).toBe(2);
});

it('is discovered one at a time for a source, whatever the destination', async () => {
  const second = '33333333-3333-4333-8333-333333333333';
  bench.upstream.state.addDestination(second);
  await Promise.all([
    read(),
    read(`${STREAMS}?destinationId=${DESTINATION_ID}`),
    read(`${STREAMS}?destinationId=${second}`),
  ]);
  expect(bench.upstream.count('GET /streams')).toBe(3);
  expect(bench.upstream.peaks.get('GET /streams')).toBe(1);
});

it('discoveries of several sources leave room for other calls', async () => {
  const held = latch();
  bench.upstream.on('GET /streams', async () => {
    await held.opened;
    return undefined;
  });
  const sources = Array.from({ length: 6 }, (_, n) => `44444444-4444-4444-8444-44444444444${n}`);
  for (const id of sources) bench.upstream.state.addSource(id);
  const asking = sources.map((id) => read(`/sources/${id}/streams`));
  await bench.upstream.seen('GET /streams');
  await bench.api.get('/sources').set('X-API-Key', 'all').expect(200);
  expect(bench.upstream.peaks.get('GET /streams')).toBe(1);
  held.open();
  await Promise.all(asking);
});

it('says what the connector said, without secrets, and tries again next time', async () => {
  const log = 'x'.repeat(5_000);
  bench.upstream.on('GET /streams', (_, nth) =>
    nth === 1
      ? problem(500, `Something went wrong in the connector. logs: password=hunter2 ${log}`)
      : undefined,
  );
  const { body } = await bench.api.get(STREAMS).set('X-API-Key', 'all').expect(422);
  const { code, detail } = body as { code: string; detail: string };
  expect(code).toBe('source-unreachable');
  expect(detail).toMatch(/^password=\*\*\*/);
  expect(detail).toHaveLength(1_001);
  expect(JSON.stringify(body)).not.toContain('hunter2');
  expect((await read()).streams).toHaveLength(1);
});

it('gives up waiting in time, and finds the result later', async () => {
  const held = latch();
  bench.upstream.on('GET /streams', async () => {
    await held.opened;
    return undefined;
  });
  const waiting = bench.api.get(STREAMS).set('X-API-Key', 'all');
  const answered = waiting.then((answer) => answer.status);
  await bench.upstream.seen('GET /streams');
  expect(await answered).toBe(504);
  held.open();
  await bench.upstream.idle();
});

it.each([
  ['a page', html(200)],
  ['nothing', fault('reset')],
])('%s instead of streams is an error of Airbyte, not of the source', async (_, reply) => {
  bench.upstream.on('GET /streams', () => reply);
  const { body } = await bench.api.get(STREAMS).set('X-API-Key', 'all').expect(502);
  expect((body as { code: string }).code).toMatch(/^airbyte-(misbehaved|unreachable)$/);
});

describe('an internal API', () => {
  it.each([
    ['that is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
    ['that answers 404', json(404, { message: 'Not Found' }), {}],
    ['that answers 403', hateoas(403, 'Forbidden'), {}],
    ['that answers 401', hateoas(401, 'Unauthorized'), {}],
    ['that answers with a page', html(200), {}],
    ['that answers nothing', fault('hang'), {}],
  ] as const)('%s is not needed to list, check and change streams', async (_, reply, settings) => {
    bench.upstream.intercept(({ operation }) => (operation.startsWith('internal ') ? reply : undefined));
    const { connectionId } = bench.upstream.state.addConnection({
      configurations: {
        streams: [{ name: 'orders', namespace: 'shop', syncMode: 'full_refresh_overwrite' }],
      },
    });
    const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url, ...settings }, clock);
    const pair = { sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
    const misspelt = [{ name: 'order', namespace: 'shop' }];
    const refused = { errors: [{ field: 'streams[0].name' }] };
    try {
      const listed = await gateway.api.get(`${STREAMS}?destinationId=${DESTINATION_ID}`).expect(200);
      expect(listed.body).toMatchObject({ streams: [{ name: 'orders', namespace: 'shop' }] });
      const body = { name: 'Orders', ...pair, schedule: { scheduleType: 'manual' }, streams: misspelt };
      expect((await gateway.api.post('/ingestion/check').send(body).expect(422)).body).toMatchObject(refused);
      const path = `/ingestion/${connectionId}`;
      const streams = [{ name: 'orders', namespace: 'shop', syncMode: 'incremental_append' }];
      expect((await gateway.api.patch(path).send({ streams }).expect(200)).body).toMatchObject({ streams });
    } finally {
      await gateway.close();
    }
  });
});

describe('a caller of one workspace', () => {
  const ask = async (id: string): Promise<unknown> => {
    const before = bench.upstream.requests.length;
    const { status, text } = await bench.api
      .get(`/sources/${id}/streams`)
      .set({ 'X-API-Key': 'team', 'X-Request-Id': 'same' });
    await bench.upstream.idle();
    const calls = bench.upstream.requests.slice(before).map(({ operation }) => operation);
    return { status, text: text.replaceAll(id, 'ID'), calls };
  };

  it('gets for a source of another one what it gets for one that does not exist', async () => {
    await read(`/sources/${FOREIGN_SOURCE}/streams`);
    expect(await ask(FOREIGN_SOURCE)).toEqual(await ask(ABSENT));
    expect(await ask(ABSENT)).toMatchObject({ status: 404 });
  });

  it('cannot use a destination of another one either', async () => {
    for (const id of [FOREIGN_DESTINATION, ABSENT]) {
      const { body } = await bench.api
        .get(`${STREAMS}?destinationId=${id}`)
        .set('X-API-Key', 'team')
        .expect(422);
      expect(body).toMatchObject({ code: 'reference-not-found', errors: [{ field: 'destinationId' }] });
    }
    const { body } = await bench.api
      .get(`${STREAMS}?destinationId=${FOREIGN_DESTINATION}`)
      .set('X-API-Key', 'all')
      .expect(422);
    expect(body).toMatchObject({ code: 'workspace-mismatch' });
  });
});
