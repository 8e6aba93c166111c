import { BUDGET_MS, ENDLESS_MS, faultBench, ORDERS, SLACK_MS } from '../support/fault-bench';
import { latch } from '../support/latch';
import { fault, problem } from '../support/scripted-upstream';
import { until } from '../support/until';

const READ = 'GET /connections/:id';
const CREATE = 'POST /connections';
const JOBS = 'GET /jobs';

const faults = faultBench();
const { always, create, existing, get, reopen, send, tokenOf } = faults;

describe('the time budget of a request', () => {
  const WHOLE_MS = 1500;
  /** Leaves a busy machine time for a read that fails within it. */
  const LONG_MS = 6000;
  /** The gateway stops the first attempt of a read after this part of the budget, and repeats it. */
  const FIRST_ATTEMPT = 0.6;
  const hangOnFirstAttempt = (operation: string): void => {
    const seen = new Set<string>();
    faults.upstream.on(operation, ({ id }) => {
      if (seen.has(id)) return undefined;
      seen.add(id);
      return fault('hang');
    });
  };

  it('covers all upstream calls of a read, change or deletion', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_MAX_CONCURRENCY: '30',
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    hangOnFirstAttempt(READ);
    for (const then of [JOBS, 'PATCH /connections/:id', 'DELETE /connections/:id', 'GET /jobs/:id'])
      always(then, fault('hang'));
    const path = (): string => `/ingestion/${existing()}`;
    const answers = await Promise.all([
      get(`${path()}/status`),
      get(`${path()}/runs`),
      get(`${path()}/runs/1`),
      send('POST', `${path()}/runs/1/cancel`),
      send('PATCH', path(), { name: 'New' }),
      send('DELETE', path()),
    ]);
    for (const { status, ms } of answers) {
      expect(status).toBe(504);
      expect(ms).toBeLessThan(WHOLE_MS + SLACK_MS);
    }
  });

  it('of a start begins when the start is sent', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_START_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    hangOnFirstAttempt(READ);
    always('POST /jobs', fault('hang'));
    const { status, ms, elapsedMs } = await send('POST', `/ingestion/${existing()}/runs`, {});
    expect(status).toBe(504);
    expect(elapsedMs).toBeGreaterThan(WHOLE_MS);
    expect(ms).toBeLessThan(WHOLE_MS * (FIRST_ATTEMPT + 1) + SLACK_MS);
  });

  it('of a creation covers the check of its ids, and the error of the creation is reported', async () => {
    await reopen({
      AIRBYTE_CREATE_TIMEOUT_MS: String(LONG_MS),
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS / 2),
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    always(READ, fault('hang'));
    faults.upstream.on(CREATE, async () => {
      expect((await get(`/ingestion/${existing()}`)).status).toBe(504);
      return problem(500, 'Something went wrong in the connector.');
    });
    always('GET /sources/:id', fault('hang'));
    const answer = await create();
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-failed' } });
    expect(answer.body['detail']).toContain('in the connector');
    expect(answer.ms).toBeLessThan(LONG_MS + SLACK_MS);
  });

  it('of a batch covers all its statuses, and each failed status has its problem', async () => {
    const ids = Array.from({ length: 30 }, existing);
    always(READ, fault('hang'));
    const answer = await send('POST', '/ingestion/status/batch', { ids });
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    const results = answer.body['results'] as { problem: { code: string } | null }[];
    expect(results).toHaveLength(30);
    for (const { problem: given } of results) expect(given?.code).toMatch(/^airbyte-(timeout|unavailable)$/);
  });
});

describe('upstream calls', () => {
  it('are limited in number, and slow creations do not block reads', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: ENDLESS_MS,
      AIRBYTE_CREATE_TIMEOUT_MS: ENDLESS_MS,
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
    for (const { status } of reads) expect(status).toBe(200);
    expect(faults.upstream.count(CREATE)).toBe(2);
    held.open();
    for (const { status } of await Promise.all(creations)) expect(status).toBe(201);
    expect(faults.upstream.peaks.get(CREATE)).toBe(2);
    expect(faults.upstream.peaks.get('*')).toBeLessThanOrEqual(4);
  });

  it('are refused with 503 while the queue is full, and queued requests are answered', async () => {
    const limits = { AIRBYTE_MAX_CONCURRENCY: '1', AIRBYTE_MAX_CREATES: '1', AIRBYTE_MAX_QUEUE: '2' };
    await reopen({ ...limits, AIRBYTE_TIMEOUT_MS: ENDLESS_MS, AIRBYTE_TOKEN: tokenOf('fixed') });
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
    expect((await get('/health/live')).status).toBe(200);
    held.open();
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
    expect(faults.upstream.count(CREATE)).toBe(0);
  });
});
