import { IngestionClient, isProblem, WaitTimeoutError } from '@airbyte-ingestion/client';
import { startGateway, type TestGateway } from '../../support/gateway';
import { ScriptedUpstream } from '../../support/scripted-upstream';
import { CONNECTION_ID, ORDERS } from '../answers/calls';

type Fetch = (request: Request) => Promise<Response>;

describe('the published client', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let sent: Request[];

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, STATUS_MAX_AGE_MS: '0' });
  });
  beforeEach(() => {
    sent = [];
    upstream.state.addConnection({ connectionId: CONNECTION_ID });
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  function clientWith(send: Fetch = fetch, retries = 3): IngestionClient {
    const noting: Fetch = (request) => {
      sent.push(request);
      return send(request);
    };
    return new IngestionClient({ url: gateway.url, fetch: noting, retries });
  }

  /** Sends everything and loses the first answer. */
  const losing = (): Fetch => {
    let count = 0;
    return async (request) => {
      const response = await fetch(request);
      count += 1;
      if (count === 1) throw new TypeError('fetch failed');
      return response;
    };
  };
  const keys = (): (string | null)[] => sent.map(({ headers }) => headers.get('idempotency-key'));
  const errorOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('creates once although the answer is lost, with one key that it made up', async () => {
    const { connectionId } = await clientWith(losing()).create(ORDERS);
    expect(upstream.count('POST /connections')).toBe(1);
    expect(upstream.state.connections.has(connectionId)).toBe(true);
    expect(sent).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('makes up another key for each change, and takes a given one', async () => {
    const client = clientWith();
    await client.create(ORDERS);
    await client.create(ORDERS);
    await client.create(ORDERS, { idempotencyKey: 'mine' });
    expect(new Set(keys()).size).toBe(3);
    expect(keys()[2]).toBe('mine');
  });

  it('counts an ingestion as deleted when only the answer was lost, but not one that never was', async () => {
    await clientWith(losing()).delete(CONNECTION_ID);
    expect(upstream.state.connections.get(CONNECTION_ID)?.status).not.toBe('active');
    expect(isProblem(await errorOf(clientWith().delete('nothing')), 'ingestion-not-found')).toBe(true);
  });

  it('throws what is refused as a problem, and does not try it again', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 0 30 2 *' } as const;
    const error = await errorOf(clientWith().create({ ...ORDERS, schedule }));
    expect(isProblem(error, 'validation-failed')).toBe(true);
    expect(isProblem(error, 'conflict')).toBe(false);
    expect(error).toMatchObject({
      code: 'validation-failed',
      message: expect.stringContaining('schedule.cronExpression'),
      problem: { status: 400, errors: [{ field: 'schedule.cronExpression' }] },
    });
    expect(sent).toHaveLength(1);
  });

  it('tries no more often than it may', async () => {
    const dead: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    expect(await errorOf(clientWith(dead, 1).get(CONNECTION_ID))).toBeInstanceOf(TypeError);
    expect(sent).toHaveLength(2);
  });

  it('stops trying when it is told to', async () => {
    const stop = new AbortController();
    const dead: Fetch = () => {
      stop.abort(new Error('enough'));
      return Promise.reject(new TypeError('fetch failed'));
    };
    const error = await errorOf(clientWith(dead).get(CONNECTION_ID, { signal: stop.signal }));
    expect(error).toMatchObject({ message: 'enough' });
    expect(sent).toHaveLength(1);
  });

  it('waits for a run to end, and no longer than it may', async () => {
    const client = clientWith();
    const { runId } = await client.startRun(CONNECTION_ID);
    const early = await errorOf(client.waitForRun(CONNECTION_ID, runId, { timeoutMs: 0 }));
    expect(early).toBeInstanceOf(WaitTimeoutError);
    expect(early).toMatchObject({ run: { runId, endedAt: null } });
    const waiting = client.waitForRun(CONNECTION_ID, runId);
    const [job] = upstream.state.jobs;
    Object.assign(job ?? {}, { status: 'succeeded', lastUpdatedAt: job?.startTime });
    expect(await waiting).toMatchObject({ runId, status: 'succeeded' });
  });

  it('gives every ingestion, page by page', async () => {
    for (let n = 0; n < 4; n += 1) upstream.state.addConnection();
    const names: string[] = [];
    for await (const { connectionId } of clientWith().listAll({ pageSize: 2 })) names.push(connectionId);
    expect(new Set(names)).toEqual(new Set(upstream.state.connections.keys()));
    expect(sent.length).toBeGreaterThanOrEqual(3);
  });
});
