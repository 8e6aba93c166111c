import { fault, hateoas, html, json, type Reply } from '../../../test/support/scripted-upstream';
import { clientBench } from '../../../test/support/upstream-client';
import { attempt, CONFIG_FAILURE, serveInternalApi } from '../../../test/support/upstream-internal';
import { latch } from '../../../test/support/latch';
import { type Clock, systemClock } from '../../lib/clock';
import { PUBLIC_CAPABILITIES } from './capability';
import { InternalClient } from './internal-client';

const bench = clientBench();
const JOBS = 'internal jobs/list';
const SETTINGS = { timeoutMs: 5_000, usesInternalApi: true };
const QUERY = {
  connectionId: 'c',
  createdFrom: new Date('2026-01-01T00:00:00Z'),
  createdTo: new Date('2027-12-01T00:00:00Z'),
  limit: 10,
  offset: 0,
};

let skippedMs = 0;
const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + skippedMs };
const skip = (ms: number): void => void (skippedMs += ms);

function internalClient(settings = SETTINGS): InternalClient {
  return new InternalClient(
    bench.clientWith({ maxConcurrency: 1, maxCreates: 1 }, undefined, { clock }),
    settings,
  );
}

/** Every answer of an installation without an internal API. */
const REFUSALS: readonly (readonly [string, Reply, string])[] = [
  ['404 as JSON', json(404, { message: 'Not Found' }), 'no such endpoint'],
  ['404 as a page', html(404), 'does not answer like'],
  ['403', hateoas(403, 'Forbidden'), 'not allowed'],
  ['401', hateoas(401, 'Unauthorized'), 'rejects'],
  ['a page with 200', html(200), 'does not answer like'],
  ['JSON of another kind', json(200, { hello: 1 }), 'does not answer like'],
  ['a list', json(200, []), 'does not answer like'],
  ['400', json(400, { message: 'unknown property' }), 'rejects the request'],
  ['500', json(500, { errorId: 'x' }), 'fails'],
  ['no HTTP', fault('garbage'), 'does not answer like'],
  ['a closed connection', fault('reset'), 'closes connections'],
];

it('reads failed jobs with their attempts in one call', async () => {
  const api = serveInternalApi(bench.upstream);
  bench.upstream.state.addJob({ connectionId: 'c', status: 'failed' });
  api.jobs.set(1, { attempts: [attempt(0), attempt(1, { failureSummary: undefined, status: 'succeeded' })] });
  const jobs = await internalClient().failedJobs(QUERY, {});
  expect(jobs).toMatchObject([
    {
      jobId: '1',
      attempts: [
        { number: 0, rows: 4, failures: [{ origin: 'source', message: CONFIG_FAILURE.externalMessage }] },
        { number: 1, status: 'succeeded', failures: [] },
      ],
    },
  ]);
  expect(bench.upstream.requests.map(({ method, operation }) => `${method} ${operation}`)).toEqual([
    `POST ${JOBS}`,
  ]);
});

it('sends the token of the public API, and renews it once', async () => {
  const credentials = { kind: 'client', clientId: 'id', clientSecret: 'secret' } as const;
  const client = new InternalClient(bench.clientWith({ credentials }), SETTINGS);
  bench.upstream.on(JOBS, (_, nth) => (nth === 1 ? hateoas(401, 'Unauthorized') : json(200, { jobs: [] })));
  expect(await client.failedJobs(QUERY, {})).toEqual([]);
  const sent = bench.upstream.of(JOBS).map(({ headers }) => headers['authorization']);
  expect(sent).toEqual(['Bearer token-1.id', 'Bearer token-2.id']);
  expect(client.caller.capability('failureReasons').state).toBe('on');
});

describe.each(REFUSALS)('after %s', (_, reply, reason) => {
  it('a capability is off for minutes, then asked for again', async () => {
    const client = internalClient();
    bench.upstream.on(JOBS, (_request, nth) => (nth === 1 ? reply : json(200, { jobs: [] })));
    expect(client.caller.capability('failureReasons').state).toBe('unknown');
    expect(await client.failedJobs(QUERY, {})).toBeNull();
    const report = client.caller.capability('failureReasons');
    expect(report).toMatchObject({ state: 'off', reason: expect.stringContaining(reason) as string });
    const sent = bench.upstream.count(JOBS);
    skip(59_000);
    expect(await client.failedJobs(QUERY, {})).toBeNull();
    expect(bench.upstream.count(JOBS)).toBe(sent);
    expect(client.caller.capability('attempts').state).toBe('unknown');
    skip(5 * 60_000);
    expect(await client.failedJobs(QUERY, {})).toEqual([]);
    expect(client.caller.capability('failureReasons')).toMatchObject({ state: 'on', reason: null });
  });
});

it('failures count neither for the circuit breaker nor for an outage', async () => {
  const outages: unknown[] = [];
  const client = bench.clientWith({}, undefined, { clock, onOutage: (event) => outages.push(event) });
  const internal = new InternalClient(client, SETTINGS);
  bench.upstream.on('*', (request) =>
    request.operation.startsWith('internal') ? fault('reset') : undefined,
  );
  for (let call = 0; call < 10; call++) {
    expect(await internal.failedJobs(QUERY, {})).toBeNull();
    skip(10 * 60_000);
  }
  expect(client.caller.breaker.isOpen).toBe(false);
  expect(outages).toEqual([]);
  expect((await client.listAllSources()).length).toBe(1);
});

it('is not called while Airbyte is down, and is not blamed for it', async () => {
  const client = bench.clientWith({ timeoutMs: 100 }, undefined, { clock });
  const internal = new InternalClient(client, SETTINGS);
  bench.upstream.on('GET /sources', () => fault('reset'));
  while (!client.caller.breaker.isOpen) await client.listAllSources().catch(() => undefined);
  skip(60_000);
  expect(await internal.failedJobs(QUERY, {})).toBeNull();
  expect(bench.upstream.count(JOBS)).toBe(0);
  expect(internal.caller.capability('failureReasons').state).toBe('unknown');
});

it('one call finds out whether an endpoint hangs; the others wait for it without a place', async () => {
  const client = bench.clientWith({ maxConcurrency: 2 }, undefined, { clock });
  const internal = new InternalClient(client, { ...SETTINGS, timeoutMs: 2_000 });
  bench.upstream.on(JOBS, () => fault('hang'));
  const calls = Array.from({ length: 20 }, () => internal.failedJobs(QUERY, {}));
  await bench.upstream.seen(JOBS);
  expect((await client.listAllSources()).length).toBe(1);
  expect(await Promise.all(calls)).toEqual(Array(20).fill(null));
  expect(bench.upstream.count(JOBS)).toBe(1);
  expect(internal.caller.capability('failureReasons').reason).toContain('did not answer in time');
});

it('one failure after a success leaves a capability on, since it may be about one connection', async () => {
  const internal = internalClient();
  const replies = [json(200, { jobs: [] }), hateoas(403, 'No'), json(200, { jobs: [] }), hateoas(403, 'No')];
  bench.upstream.on(JOBS, (_, nth) => replies[nth - 1] ?? hateoas(403, 'No'));
  const results: unknown[] = [];
  for (let call = 0; call < 5; call++)
    results.push([await internal.failedJobs(QUERY, {}), internal.caller.capability('failureReasons').state]);
  expect(results).toEqual([
    [[], 'on'],
    [null, 'on'],
    [[], 'on'],
    [null, 'on'],
    [null, 'off'],
  ]);
});

it('a caller who disconnects turns nothing off', async () => {
  const internal = internalClient();
  const gone = new AbortController();
  const held = latch();
  bench.upstream.on(JOBS, async () => {
    await held.opened;
    return undefined;
  });
  const call = internal.failedJobs(QUERY, { signal: gone.signal });
  await bench.upstream.seen(JOBS);
  gone.abort();
  expect(await call).toBeNull();
  held.open();
  expect(internal.caller.capability('failureReasons').state).toBe('unknown');
});

it('turned off by the setting, it sends nothing', async () => {
  const internal = internalClient({ ...SETTINGS, usesInternalApi: false });
  serveInternalApi(bench.upstream);
  expect(await internal.failedJobs(QUERY, {})).toBeNull();
  expect(await internal.jobDetails('1', {})).toBeNull();
  expect(bench.upstream.requests).toEqual([]);
  const states = internal.caller
    .capabilities()
    .filter(({ capability }) => !PUBLIC_CAPABILITIES.includes(capability))
    .map(({ state, reason }) => `${state} ${reason ?? ''}`);
  expect(new Set(states)).toEqual(new Set(['off AIRBYTE_INTERNAL_API is off.']));
});

it('has an address of its own where that is set', async () => {
  const other = bench.upstream.url.replace('/api/public/v1', '/proxied/api/v1');
  const client = new InternalClient(bench.clientWith({ internalApiUrl: other }), SETTINGS);
  await client.failedJobs(QUERY, {});
  expect(bench.upstream.requests.map(({ path }) => path)).toEqual(['/proxied/api/v1/jobs/list']);
});
