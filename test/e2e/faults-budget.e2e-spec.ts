import { BUDGET_MS, faultBench, SLACK_MS, ORDERS } from '../support/fault-bench';
import { latch } from '../support/latch';
import { fault, problem, type Reply } from '../support/scripted-upstream';
import { until } from '../support/until';

const READ = 'GET /connections/:id';
const CREATE = 'POST /connections';
const JOBS = 'GET /jobs';

const faults = faultBench();
const { always, create, existing, get, reopen, send, tokenOf } = faults;

describe('one budget for one request, however many calls it takes', () => {
  const WHOLE_MS = 1500;
  /** Answers after half of the budget: in time alone, but not twice in a row. */
  const slowly = (operation: string, reply?: Reply): void => {
    faults.upstream.on(operation, async () => {
      await new Promise((resolve) => setTimeout(resolve, WHOLE_MS * 0.5));
      return reply;
    });
  };

  it('reads, changes and deletions', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_MAX_CONCURRENCY: '30',
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    slowly(READ);
    for (const then of [JOBS, 'PATCH /connections/:id', 'DELETE /connections/:id', 'GET /jobs/:id'])
      always(then, fault('hang'));
    const path = `/ingestion/${existing()}`;
    const answers = await Promise.all([
      get(`${path}/status`),
      get(`${path}/runs`),
      get(`${path}/runs/1`),
      send('POST', `${path}/runs/1/cancel`),
      send('PATCH', path, { name: 'New' }),
      send('DELETE', path),
    ]);
    for (const { status, ms } of answers) {
      expect(status).toBe(504);
      expect(ms).toBeLessThan(WHOLE_MS + SLACK_MS);
    }
  });

  it('a start has one of its own, which begins when it is sent', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_START_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    slowly(READ);
    always('POST /jobs', fault('hang'));
    const { status, ms, elapsedMs } = await send('POST', `/ingestion/${existing()}/runs`, {});
    expect(status).toBe(504);
    expect(elapsedMs).toBeGreaterThan(WHOLE_MS);
    expect(ms).toBeLessThan(WHOLE_MS * 1.5 + SLACK_MS);
  });

  it('a creation whose ids have to be looked at: what Airbyte said of it outweighs that they cannot be', async () => {
    await reopen({ AIRBYTE_CREATE_TIMEOUT_MS: String(WHOLE_MS), AIRBYTE_TOKEN: tokenOf('fixed') });
    slowly(CREATE, problem(500, 'Something went wrong in the connector.'));
    always('GET /sources/:id', fault('hang'));
    const answer = await create();
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-failed' } });
    expect(answer.body['detail']).toContain('in the connector');
    expect(answer.ms).toBeLessThan(WHOLE_MS + SLACK_MS);
  });

  it('many statuses, each with its problem in its place', async () => {
    const ids = Array.from({ length: 30 }, existing);
    always(READ, fault('hang'));
    const answer = await send('POST', '/ingestion/status/batch', { ids });
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    const results = answer.body['results'] as { problem: { code: string } | null }[];
    expect(results).toHaveLength(30);
    for (const { problem: told } of results) expect(told?.code).toMatch(/^airbyte-(timeout|unavailable)$/);
  });
});

describe('turns', () => {
  it('slow creations do not starve reads, and calls upstream are capped', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: '2000',
      AIRBYTE_CREATE_TIMEOUT_MS: '20000',
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    const held = latch();
    faults.upstream.on(CREATE, async () => {
      await held.opened;
      return undefined;
    });
    const creations = Array.from({ length: 8 }, (_, i) => create({ ...ORDERS, name: `Slow ${i}` }));
    await faults.upstream.seen(CREATE, 2);
    const reads = await Promise.all(Array.from({ length: 40 }, () => get(`/ingestion/${existing()}`)));
    for (const { status, ms } of reads) {
      expect(status).toBe(200);
      expect(ms).toBeLessThan(1500);
    }
    expect(faults.upstream.count(CREATE)).toBe(2);
    held.open();
    for (const { status } of await Promise.all(creations)) expect(status).toBe(201);
    expect(faults.upstream.peaks.get(CREATE)).toBe(2);
    expect(faults.upstream.peaks.get('*')).toBeLessThanOrEqual(4);
  });

  it('a full queue is 503 at once, and who waits is served', async () => {
    const limits = { AIRBYTE_MAX_CONCURRENCY: '1', AIRBYTE_MAX_CREATES: '1', AIRBYTE_MAX_QUEUE: '2' };
    await reopen({ ...limits, AIRBYTE_TIMEOUT_MS: '20000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const ids = Array.from({ length: 3 }, existing);
    const held = latch();
    faults.upstream.on(READ, async () => {
      await held.opened;
      return undefined;
    });
    const waiting = ids.map((id) => get(`/ingestion/${id}`));
    await faults.upstream.seen(READ);
    const full = await until('the queue to be full', async () => {
      const answers = await Promise.race([create(), Promise.race(waiting)]);
      return answers.status === 503 && answers;
    });
    expect(full).toMatchObject({ body: { code: 'airbyte-unavailable' } });
    expect(full.body['detail']).toContain('waiting');
    expect(full.headers['retry-after']).toBe('1');
    expect(full.ms).toBeLessThan(2_000);
    expect((await get('/health/live')).status).toBe(200);
    held.open();
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
    expect(faults.upstream.count(CREATE)).toBe(0);
  });
});
