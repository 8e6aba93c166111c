import { API_KEYS, KEYS } from '../support/api-keys';
import { startGateway } from '../support/gateway';
import { gatewayBench } from '../support/gateway-bench';
import { json, SOURCE_ID } from '../support/scripted-upstream';
import { serveInternalApi } from '../support/upstream-internal';

const UPDATE = 'internal connections/update_with_reason';
const OTHER_WORKSPACE = '7d3a8f0c-1111-4222-8333-944445555666';
const PAUSE = { reason: 'The warehouse moves.' };

interface Result {
  readonly connectionId: string;
  readonly name: string | null;
  readonly outcome: string;
  readonly problem: { readonly code: string } | null;
}

const bench = gatewayBench({ API_KEYS });

beforeEach(() => {
  serveInternalApi(bench.upstream);
});

const add = (row: Parameters<typeof bench.upstream.state.addConnection>[0] = {}): string =>
  bench.upstream.state.addConnection(row).connectionId;
const send = (path: string, body: object, key = KEYS.writer): ReturnType<typeof bench.api.post> =>
  bench.api.post(`/ingestion/pause${path}`).set('X-API-Key', key).send(body);
const results = async (path: string, body: object, key?: string): Promise<readonly Result[]> =>
  ((await send(path, body, key).expect(200)).body as { results: Result[] }).results;
const outcomes = (all: readonly Result[]): unknown[] =>
  all.map(({ connectionId, outcome, problem }) => [connectionId, outcome, problem?.code ?? null]);
const statusOf = (id: string): string | undefined => bench.upstream.state.connections.get(id)?.status;

it('pauses ids, each with its own result, and leaves inactive ones as they are', async () => {
  const [active, inactive] = [add(), add({ status: 'inactive' })];
  const ids = [active, inactive, 'unknown', active];
  expect(outcomes(await results('/check', { ids, pause: PAUSE }, KEYS.reader))).toEqual([
    [active, 'would_pause', null],
    [inactive, 'already_inactive', null],
    ['unknown', 'failed', 'ingestion-not-found'],
  ]);
  expect(bench.upstream.count(UPDATE)).toBe(0);
  expect(outcomes(await results('', { ids, pause: PAUSE }))).toEqual([
    [active, 'paused', null],
    [inactive, 'already_inactive', null],
    ['unknown', 'failed', 'ingestion-not-found'],
  ]);
  expect(bench.upstream.of(UPDATE).map(({ body }) => body)).toMatchObject([
    { updateReason: 'The warehouse moves. [gateway pause by key:writer until -]' },
  ]);
  expect(outcomes(await results('', { ids: [active], pause: PAUSE }))).toEqual([[active, 'paused', null]]);
  expect(bench.upstream.count(UPDATE)).toBe(1);
});

it('pauses the active ingestions that match a filter', async () => {
  const [match, other, inactive] = [
    add({ name: 'EU orders' }),
    add({ name: 'US' }),
    add({ name: 'orders', status: 'inactive' }),
  ];
  const filter = { sourceId: SOURCE_ID, name: 'ORDERS' };
  expect(outcomes(await results('', { filter, pause: PAUSE }))).toEqual([[match, 'paused', null]]);
  expect([match, other, inactive].map(statusOf)).toEqual(['inactive', 'active', 'inactive']);
});

it('pauses nothing of other workspaces', async () => {
  const [own, foreign] = [add(), add({ workspaceId: OTHER_WORKSPACE })];
  expect(outcomes(await results('', { filter: {}, pause: PAUSE }, KEYS.limited))).toEqual([
    [own, 'paused', null],
  ]);
  expect(outcomes(await results('', { ids: [foreign], pause: PAUSE }, KEYS.limited))).toEqual([
    [foreign, 'failed', 'ingestion-not-found'],
  ]);
  expect(statusOf(foreign)).toBe('active');
});

it('refuses a filter that matches too many, and pauses none', async () => {
  for (let count = 0; count < 101; count++) add();
  const { body } = await send('', { filter: {}, pause: PAUSE }).expect(400);
  expect(body).toMatchObject({
    errors: [{ field: 'filter', reason: expect.stringContaining('101') as string }],
  });
  expect(bench.upstream.count(UPDATE)).toBe(0);
});

it.each([
  [{ pause: PAUSE }, 'filter'],
  [{ ids: ['a'], filter: {}, pause: PAUSE }, 'filter'],
  [{ ids: [], pause: PAUSE }, 'ids'],
  [{ ids: ['a'] }, 'pause'],
  [{ ids: ['a'], pause: {} }, 'pause'],
  [{ ids: ['a'], pause: { until: '2020-01-01T00:00:00Z' } }, 'pause.until'],
  [{ filter: { status: 'active' }, pause: PAUSE }, 'filter.status'],
])('refuses %j', async (body, field) => {
  for (const path of ['', '/check'])
    expect((await send(path, body).expect(400)).body).toMatchObject({ errors: [{ field }] });
});

it('a failure of one ingestion is its result alone', async () => {
  const [first, second] = [add(), add()];
  bench.upstream.on('GET /connections/:id', ({ id }) =>
    id === first ? json(500, { errorId: 'x' }) : undefined,
  );
  expect(outcomes(await results('', { ids: [first, second], pause: PAUSE }))).toEqual([
    [first, 'failed', 'airbyte-failed'],
    [second, 'paused', null],
  ]);
});

it('without the capability nothing is paused', async () => {
  const body = { ids: [add()], pause: PAUSE };
  const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url, AIRBYTE_INTERNAL_API: 'off' });
  try {
    for (const path of ['', '/check']) {
      const answer = await gateway.api.post(`/ingestion/pause${path}`).send(body).expect(501);
      expect(answer.body).toMatchObject({ code: 'capability-off' });
    }
    expect(bench.upstream.count(UPDATE)).toBe(0);
  } finally {
    await gateway.close();
  }
});

it('replays the answer of an Idempotency-Key', async () => {
  const body = { ids: [add()], pause: PAUSE };
  const first = await send('', body).set('Idempotency-Key', 'k').expect(200);
  const second = await send('', body).set('Idempotency-Key', 'k').expect(200);
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(second.body).toEqual(first.body);
});

it('needs the scope to write; a check needs the scope to read', async () => {
  const body = { ids: [add()], pause: PAUSE };
  await send('', body, KEYS.reader).expect(403);
  await send('/check', body, KEYS.weak).expect(403);
});
