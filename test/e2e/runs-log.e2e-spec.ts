import { createHash } from 'node:crypto';
import { fault, hateoas, html, json } from '../support/scripted-upstream';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import {
  attempt,
  FORMATTED_LOG,
  type InternalApi,
  serveInternalApi,
  STRUCTURED_LOG,
} from '../support/upstream-internal';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const LOGS = `/ingestion/${ID}/runs/1/logs`;
const LOG_ENDPOINT = 'internal attempt/get_for_job';
const keyOf = (scope: string): string => createHash('sha256').update(scope).digest('hex');

interface Log {
  readonly attempt: number | null;
  readonly lines: readonly { readonly message: string }[];
  readonly isTruncated: boolean;
}

const bench = gatewayBench({
  API_KEYS: `reader:ingestion:read+ingestion:write:${keyOf('reader')},ops:ingestion:logs:${keyOf('ops')}`,
});
let internal: InternalApi;

beforeEach(() => {
  bench.upstream.state.addConnection({ connectionId: ID });
  bench.upstream.state.addJob({ connectionId: ID, status: 'failed' });
  internal = serveInternalApi(bench.upstream);
});

const read = async (query = ''): Promise<Log> =>
  (
    await bench.api
      .get(LOGS + query)
      .set('X-API-Key', 'ops')
      .expect(200)
  ).body as Log;

it('has a scope of its own', async () => {
  const { body } = await bench.api.get(LOGS).set('X-API-Key', 'reader').expect(403);
  expect(body).toMatchObject({
    code: 'not-permitted',
    detail: 'This operation needs the scope ingestion:logs.',
  });
  await bench.api.get(`/ingestion/${ID}/runs`).set('X-API-Key', 'ops').expect(403);
});

it('shows the events of the newest attempt, without secrets and stack traces', async () => {
  internal.jobs.set(1, { attempts: [attempt(0), attempt(1)], log: STRUCTURED_LOG });
  expect(await read()).toEqual({
    runId: '1',
    attempt: 2,
    lines: [
      { at: '2026-01-15T02:00:12.000Z', level: 'info', origin: 'platform', message: 'Sync started.' },
      {
        at: '2026-01-15T02:07:41.000Z',
        level: 'error',
        origin: 'source',
        message: 'Failed to connect with password=*** as user loader.',
      },
    ],
    isTruncated: false,
  });
  expect(bench.upstream.of(LOG_ENDPOINT).map(({ body }) => body)).toEqual([{ jobId: 1, attemptNumber: 1 }]);
});

it('shows the last lines, and says whether there are more', async () => {
  const logLines = Array.from({ length: 300 }, (_, n) => `line ${n + 1}`);
  internal.jobs.set(1, { attempts: [attempt(0)], log: { logs: { logLines } } });
  const messages = (log: Log): string[] => log.lines.map(({ message }) => message);
  expect(messages(await read('?tail=2'))).toEqual(['line 299', 'line 300']);
  expect((await read('?tail=2')).isTruncated).toBe(true);
  expect((await read()).lines).toHaveLength(200);
  const all = await read('?tail=300');
  expect([messages(all).length, all.isTruncated]).toEqual([300, false]);
  for (const tail of ['0', '1001', 'all'])
    await bench.api.get(`${LOGS}?tail=${tail}`).set('X-API-Key', 'ops').expect(400);
});

it('is bounded in characters, by line and in total', async () => {
  const logLines = ['first', ...Array.from({ length: 400 }, () => 'x'.repeat(10_000))];
  internal.jobs.set(1, { attempts: [attempt(0)], log: { logs: { logLines } } });
  const { lines, isTruncated } = await read('?tail=1000');
  expect(isTruncated).toBe(true);
  expect(lines.at(-1)?.message).toHaveLength(4_001);
  const total = lines.reduce((sum, { message }) => sum + message.length, 0);
  expect(total).toBeLessThanOrEqual(1_000_000);
  expect(total).toBeGreaterThan(990_000);
});

it('a log that is too large is not the end of the capability', async () => {
  internal.jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
  await read();
  bench.upstream.on(LOG_ENDPOINT, () => fault('flood'));
  for (let round = 0; round < 3; round++) {
    const { body } = await bench.api.get(LOGS).set('X-API-Key', 'ops').expect(503);
    expect(body).toMatchObject({ code: 'airbyte-unavailable' });
  }
  serveInternalApi(bench.upstream).jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
  expect((await read()).lines).toHaveLength(2);
});

it('is empty before the first attempt', async () => {
  expect(await read()).toEqual({ runId: '1', attempt: null, lines: [], isTruncated: false });
});

it('a run of another ingestion has none here', async () => {
  bench.upstream.state.addJob({ connectionId: 'other', status: 'failed' });
  await bench.api.get(LOGS.replace('/1/', '/2/')).set('X-API-Key', 'ops').expect(404);
  expect(bench.upstream.count(LOG_ENDPOINT)).toBe(0);
});

it.each([
  ['is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
  ['answers 404', json(404, { message: 'Not Found' }), {}],
  ['answers 403', hateoas(403, 'Forbidden'), {}],
  ['answers with a page', html(200), {}],
  ['answers nothing', fault('hang'), {}],
] as const)('an internal API that %s is named as the reason', async (_, reply, settings) => {
  if (reply)
    for (const name of ['jobs/get_without_logs', 'attempt/get_for_job'])
      bench.upstream.on(`internal ${name}`, () => reply);
  const gateway = await startGateway({
    AIRBYTE_API_URL: bench.upstream.url,
    AIRBYTE_TIMEOUT_MS: '1000',
    ...settings,
  });
  try {
    const { body } = await gateway.api.get(LOGS).expect(501);
    expect(body).toMatchObject({
      code: 'capability-off',
      detail: expect.stringMatching(/off\. .+\.$/) as string,
    });
  } finally {
    await gateway.close();
  }
});
