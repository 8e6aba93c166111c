import { createHash } from 'node:crypto';
import { startGateway } from '../support/gateway';
import { gatewayBench } from '../support/gateway-bench';
import { fault, hateoas, html, json } from '../support/scripted-upstream';
import { serveInternalApi } from '../support/upstream-internal';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const RUNS = `/ingestion/${ID}/runs`;
const keyOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const STREAMS = [
  { name: 'orders', syncMode: 'full_refresh_overwrite' },
  { name: 'users', namespace: 'shop', syncMode: 'incremental_append' },
  { name: 'users', namespace: 'crm', syncMode: 'incremental_append' },
];

interface Run {
  readonly runId: string;
  readonly type: string;
}

const bench = gatewayBench({
  API_KEYS: `writer:ingestion:read+ingestion:write:${keyOf('writer')},owner:ingestion:read+ingestion:write+ingestion:destroy:${keyOf('owner')}`,
  RATE_LIMIT: 'off',
});

beforeEach(() => {
  bench.upstream.state.addConnection({
    connectionId: ID,
    prefix: 'raw_',
    configurations: { streams: STREAMS },
  });
  serveInternalApi(bench.upstream);
});

const start = async (body: object, status = 202, key = 'owner'): Promise<Run> =>
  (await bench.api.post(RUNS).set('X-API-Key', key).send(body).expect(status)).body as Run;
const bodiesOf = (operation: string): readonly unknown[] =>
  bench.upstream.of(operation).map(({ body }) => body);

it('a refresh reads streams again', async () => {
  expect(await start({ type: 'refresh' }, 202, 'writer')).toMatchObject({
    type: 'refresh',
    status: 'running',
  });
  await start({ type: 'refresh', mode: 'truncate', streams: [{ name: 'users', namespace: 'crm' }] });
  expect(bodiesOf('internal connections/refresh')).toEqual([
    { connectionId: ID, refreshMode: 'Merge' },
    { connectionId: ID, refreshMode: 'Truncate', streams: [{ streamName: 'users', streamNamespace: 'crm' }] },
  ]);
});

it('a clear empties all tables through the public API, and some through the internal one', async () => {
  expect(await start({ type: 'clear' })).toMatchObject({ type: 'clear' });
  expect(bodiesOf('POST /jobs')).toEqual([{ connectionId: ID, jobType: 'clear' }]);
  await start({ type: 'clear', streams: [{ name: 'orders' }] });
  expect(bodiesOf('internal connections/clear/stream')).toEqual([
    { connectionId: ID, streams: [{ streamName: 'orders' }] },
  ]);
});

it.each([
  [{ type: 'clear' }],
  [{ type: 'clear', streams: [{ name: 'orders' }] }],
  [{ type: 'refresh', mode: 'truncate' }],
])('%j needs the scope ingestion:destroy, and without it nothing is read', async (body) => {
  const refusal = await bench.api.post(RUNS).set('X-API-Key', 'writer').send(body).expect(403);
  expect(refusal.body).toMatchObject({
    code: 'not-permitted',
    detail: 'This operation needs the scope ingestion:destroy.',
  });
  expect(bench.upstream.requests).toEqual([]);
});

it.each([
  [{ type: 'refresh', onConflict: 'refuse' }, 'onConflict'],
  [{ type: 'clear', onConflict: 'attach' }, 'onConflict'],
  [{ mode: 'merge' }, 'mode'],
  [{ type: 'clear', mode: 'truncate' }, 'mode'],
  [{ type: 'sync', streams: [{ name: 'orders' }] }, 'streams'],
  [{ type: 'reset' }, 'type'],
  [{ type: 'refresh', mode: 'Merge' }, 'mode'],
  [{ type: 'refresh', streams: [] }, 'streams'],
  [{ type: 'refresh', streams: ['orders'] }, 'streams[0]'],
  [{ type: 'refresh', streams: [[]] }, 'streams'],
  [{ type: 'refresh', streams: [{ name: 'order' }] }, 'streams[0].name'],
  [{ type: 'refresh', streams: [{ name: 'orders' }, { name: 'users' }] }, 'streams[1].namespace'],
])('%j is refused by field', async (body, field) => {
  for (const path of [RUNS, `${RUNS}/check`]) {
    const refusal = await bench.api.post(path).set('X-API-Key', 'owner').send(body).expect(400);
    expect((refusal.body as { errors: { field: string }[] }).errors.map((error) => error.field)).toEqual([
      field,
    ]);
  }
  expect(bench.upstream.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

it('a misspelt stream is answered with those that exist', async () => {
  const body = { type: 'refresh', streams: [{ name: 'order' }] };
  const refusal = await bench.api.post(RUNS).set('X-API-Key', 'owner').send(body).expect(400);
  expect(refusal.body).toMatchObject({
    errors: [{ hint: 'Did you mean orders? Its streams are: orders, users, users.' }],
  });
});

it('a destination that cannot refresh is named as the reason', async () => {
  bench.upstream.on('internal connections/refresh', () => json(200, {}));
  const refusal = await bench.api.post(RUNS).set('X-API-Key', 'owner').send({ type: 'refresh' }).expect(422);
  expect(refusal.body).toMatchObject({
    code: 'rejected-by-airbyte',
    detail: 'The destination of this ingestion does not support refreshes.',
  });
});

it('a lost answer is found again, and a retry with its key starts no second one', async () => {
  // Its own: the gateway remembers whose the jobs of the others are.
  const { connectionId } = bench.upstream.state.addConnection();
  const runs = `/ingestion/${connectionId}/runs`;
  bench.upstream.on('internal connections/refresh', () => {
    bench.upstream.state.addJob({ connectionId, jobType: 'refresh', status: 'running' });
    return fault('reset');
  });
  const key = { 'X-API-Key': 'owner', 'Idempotency-Key': 'refresh-1' };
  const first = await bench.api.post(runs).set(key).send({ type: 'refresh' }).expect(202);
  const again = await bench.api.post(runs).set(key).send({ type: 'refresh' }).expect(202);
  expect((again.body as Run).runId).toBe((first.body as Run).runId);
  expect(bench.upstream.count('internal connections/refresh')).toBe(1);
});

it('a check lists the tables, the running sync and the scope, and starts nothing', async () => {
  const { jobId } = bench.upstream.state.addJob({ connectionId: ID, status: 'running' });
  const check = async (body: object): Promise<unknown> =>
    (await bench.api.post(`${RUNS}/check`).set('X-API-Key', 'writer').send(body).expect(200)).body;
  expect(await check({ type: 'clear', streams: [{ name: 'users', namespace: 'shop' }] })).toMatchObject({
    type: 'clear',
    mode: null,
    tables: [{ table: 'raw_users', stream: 'users', namespace: 'shop', effect: 'empties' }],
    currentRun: { runId: String(jobId), status: 'running' },
    additionalScope: 'ingestion:destroy',
  });
  const effects = async (body: object): Promise<unknown> =>
    ((await check(body)) as { tables: { effect: string }[] }).tables.map(({ effect }) => effect);
  expect(await effects({})).toEqual(['replaces', 'adds', 'adds']);
  expect(await effects({ type: 'refresh' })).toEqual(['replaces', 'rereads', 'rereads']);
  expect(await effects({ type: 'refresh', mode: 'truncate' })).toEqual(['replaces', 'replaces', 'replaces']);
  expect(bench.upstream.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

describe('without the internal API', () => {
  it.each([
    ['that is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
    ['that answers 404', json(404, { message: 'Not Found' }), {}],
    ['that answers 403', hateoas(403, 'Forbidden'), {}],
    ['that answers 401', hateoas(401, 'Unauthorized'), {}],
    ['that answers with a page', html(200), {}],
    ['that answers nothing', fault('hang'), {}],
  ] as const)(
    '%s, a refresh is checked, refused and not sent; a sync and a clear start',
    async (_, reply, settings) => {
      if (reply)
        for (const path of ['sync_progress', 'refresh', 'clear/stream'])
          bench.upstream.on(`internal connections/${path}`, () => reply);
      const gateway = await startGateway({
        AIRBYTE_API_URL: bench.upstream.url,
        AIRBYTE_TIMEOUT_MS: '1000',
        ...settings,
      });
      try {
        for (const body of [{ type: 'refresh' }, { type: 'clear', streams: [{ name: 'orders' }] }]) {
          const check = await gateway.api.post(`${RUNS}/check`).send(body).expect(200);
          expect(check.body).toMatchObject({
            tables: expect.arrayContaining([expect.objectContaining({ stream: 'orders' })]) as unknown,
            currentRun: null,
          });
          const refusal = await gateway.api.post(RUNS).send(body).expect(501);
          expect(refusal.body).toMatchObject({ code: 'capability-off' });
        }
        for (const path of ['refresh', 'clear/stream'])
          expect(bench.upstream.count(`internal connections/${path}`)).toBe(0);
        await gateway.api.post(RUNS).send({ type: 'clear' }).expect(202);
        bench.upstream.state.addConnection({ connectionId: 'other' });
        await gateway.api.post('/ingestion/other/runs').send({}).expect(202);
      } finally {
        await gateway.close();
      }
    },
  );

  it('an older one that has no refresh turns only that off', async () => {
    bench.upstream.on('internal connections/refresh', () => json(404, { message: 'Not Found' }));
    const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url });
    try {
      for (let round = 0; round < 2; round++)
        expect((await gateway.api.post(RUNS).send({ type: 'refresh' }).expect(501)).body).toMatchObject({
          detail: expect.stringContaining('refresh, which is off') as string,
        });
      expect(bench.upstream.count('internal connections/refresh')).toBe(1);
      await gateway.api
        .post(RUNS)
        .send({ type: 'clear', streams: [{ name: 'orders' }] })
        .expect(202);
    } finally {
      await gateway.close();
    }
  });
});
