import { createHash } from 'node:crypto';
import { startGateway, type TestGateway } from '../support/gateway';
import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import {
  DESTINATION_ID,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';
import { until } from '../support/until';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const CREATE = 'POST /connections';

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly connectionId: string | undefined;
  readonly isReplay: boolean;
}

async function create(url: string, key: string, body: object = ORDERS): Promise<Answer> {
  const response = await fetch(`${url}/ingestion`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== '' && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { code?: string; connectionId?: string };
  const isReplay = response.headers.get('idempotency-replayed') === 'true';
  return { status: response.status, code: answer.code, connectionId: answer.connectionId, isReplay };
}

/** Repeats a creation until it has an outcome. */
const insist = (url: string, key: string, timeoutMs?: number): Promise<Answer> =>
  until(
    'an outcome',
    async () => {
      const answer = await create(url, key);
      return answer.status !== 409 && answer.status !== 503 && answer;
    },
    timeoutMs,
  );

describe('replicas that share a Redis', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      AIRBYTE_TIMEOUT_MS: '2000',
      AIRBYTE_CREATE_TIMEOUT_MS: '60000',
      IDEMPOTENCY_DOUBT_MS: '1000',
    };
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await upstream.close();
    await redis.close();
  });

  /** Delays creations until `release`. They are then executed even if no client waits for the answer. */
  const holdCreations = (): { readonly release: () => void } => {
    let release: (() => void) | undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    upstream.on(CREATE, async (request: UpstreamRequest) => {
      await released;
      return upstream.act(request);
    });
    return { release: () => release?.() };
  };

  it('create once for one key after concurrent requests to both and after both were replaced', async () => {
    const gateways = await Promise.all([
      GatewayProcess.start(environment),
      GatewayProcess.start(environment),
    ]);
    const held = holdCreations();
    const storm = Promise.all(
      Array.from({ length: 40 }, (_, i) => create(gateways[i % 2]?.url ?? '', 'storm')),
    );
    await upstream.seen(CREATE);
    held.release();
    const statuses = (await storm).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201 || status === 409)).toHaveLength(40);
    const outcomes = await Promise.all(gateways.map(({ url }) => insist(url, 'storm')));
    for (const gateway of gateways) expect(await gateway.kill('SIGTERM')).toBe(0);

    const successor = await GatewayProcess.start(environment);
    outcomes.push(await create(successor.url, 'storm'));
    expect(new Set(outcomes.map(({ connectionId }) => connectionId)).size).toBe(1);
    expect(outcomes.every(({ isReplay }) => isReplay)).toBe(true);
    expect(upstream.count(CREATE)).toBe(1);
    expect(await successor.kill('SIGTERM')).toBe(0);
  });

  it('find the creation of a killed replica and do not send it again', async () => {
    const [victim, survivor] = await Promise.all([
      GatewayProcess.start({ ...environment, IDEMPOTENCY_DOUBT_MS: '600000' }),
      GatewayProcess.start({ ...environment, IDEMPOTENCY_DOUBT_MS: '600000' }),
    ]);
    const held = holdCreations();
    const lost = create(victim.url, 'killed').catch(() => 'cut off');
    await upstream.seen(CREATE);
    await victim.kill('SIGKILL');
    expect(await lost).toBe('cut off');

    expect(await create(survivor.url, 'killed')).toMatchObject({ status: 409, code: 'request-in-progress' });
    const doubtful = await until('the lease to end', async () => {
      const answer = await create(survivor.url, 'killed');
      return answer.code !== 'request-in-progress' && answer;
    });
    expect(doubtful).toMatchObject({ status: 409, code: 'outcome-in-doubt' });
    held.release();
    await until('Airbyte to finish it', () => upstream.state.connections.size === 1);
    const found = await create(survivor.url, 'killed');
    expect(found).toMatchObject({ status: 201, isReplay: false });
    expect(upstream.state.connections.has(found.connectionId ?? '')).toBe(true);
    expect(await create(survivor.url, 'killed')).toMatchObject({ status: 201, isReplay: true });
    expect(upstream.count(CREATE)).toBe(1);
    expect(await survivor.kill('SIGTERM')).toBe(0);
  });

  it('repeat a lost creation of a killed replica after IDEMPOTENCY_DOUBT_MS', async () => {
    const victim = await GatewayProcess.start(environment);
    upstream.on(CREATE, (_request, nth) => (nth === 1 ? new Promise(() => undefined) : undefined));
    const lost = create(victim.url, 'vain').catch(() => 'cut off');
    await upstream.seen(CREATE);
    await victim.kill('SIGKILL');
    expect(await lost).toBe('cut off');
    const survivor = await GatewayProcess.start(environment);
    expect(await insist(survivor.url, 'vain', 30_000)).toMatchObject({ status: 201, isReplay: false });
    expect(upstream.count(CREATE)).toBe(2);
    expect(upstream.state.connections.size).toBe(1);
    expect(await survivor.kill('SIGTERM')).toBe(0);
  });

  it('store the outcomes of running requests before they stop', async () => {
    const [leaving, staying] = await Promise.all([
      GatewayProcess.start(environment),
      GatewayProcess.start(environment),
    ]);
    const held = holdCreations();
    const pending = create(leaving.url, 'leaving');
    await upstream.seen(CREATE);
    const exit = leaving.kill('SIGTERM');
    await until('it to begin stopping', () => leaving.output.includes('"stopping"'));
    held.release();
    const answer = await pending;
    expect(answer).toMatchObject({ status: 201, isReplay: false });
    expect(await exit).toBe(0);
    expect(await create(staying.url, 'leaving')).toEqual({ ...answer, isReplay: true });
    expect(await staying.kill('SIGTERM')).toBe(0);
  });

  it('share the rate limit of a caller', async () => {
    const sha256 = createHash('sha256').update('a key').digest('hex');
    const limited = { ...environment, RATE_LIMIT: '5', API_KEYS: `a:ingestion:read:${sha256}` };
    const gateways = await Promise.all([startGateway(limited), startGateway(limited)]);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const url = `${gateways[i % 2]?.url ?? ''}/ingestion/no-such-id/status`;
      statuses.push((await fetch(url, { headers: { 'x-api-key': 'a key' } })).status);
    }
    await Promise.all(gateways.map((gateway) => gateway.close()));
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429, 429]);
  });
});

describe('a Redis that is out of reach', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let environment: Record<string, string>;

  beforeEach(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    environment = { AIRBYTE_API_URL: upstream.url, REDIS_URL: redis.url, RATE_LIMIT: '1000' };
  });
  afterEach(async () => {
    await upstream.close();
    await redis.close();
  });

  const readiness = async (gateway: Pick<TestGateway, 'url'>): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${gateway.url}/health/ready`);
    return { status: response.status, body: await response.json() };
  };
  const isDegraded = (body: unknown): boolean => JSON.stringify(body).includes('Redis cannot be used');

  it('refuses Idempotency-Keys, does not affect other requests, is reported by readiness, and recovers', async () => {
    const gateway = await GatewayProcess.start(environment);
    const first = await create(gateway.url, 'kept');
    expect(first.status).toBe(201);
    await redis.kill();

    const refused = await create(gateway.url, 'new');
    expect(refused).toMatchObject({ status: 503, code: 'idempotency-unavailable' });
    expect((await create(gateway.url, '')).status).toBe(201);
    const shown = await until('readiness to report it', async () => {
      const ready = await readiness(gateway);
      return isDegraded(ready.body) && ready;
    });
    expect(shown).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(gateway.output).toContain('Redis cannot be used');

    await redis.run();
    await until('readiness to recover', async () => !isDegraded((await readiness(gateway)).body));
    expect(await insist(gateway.url, 'kept')).toEqual({ ...first, isReplay: true });
    expect(gateway.output).toContain('Redis is usable again');
    expect(upstream.count(CREATE)).toBe(2);
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('does not delay requests while it does not answer', async () => {
    const gateway = await startGateway(environment);
    redis.freeze();
    expect(await create(gateway.url, 'hung')).toMatchObject({ status: 503 });
    // A command timeout of 500 ms for each creation would exceed the time limit of Jest.
    for (let i = 0; i < 200; i++) expect((await create(gateway.url, '')).status).toBe(201);
    redis.thaw();
    // Redis executes the delayed command now. No request waited for its result, so the key is free.
    expect(await insist(gateway.url, 'hung')).toMatchObject({ status: 201, isReplay: false });
    await gateway.close();
  });

  it('does not prevent a gateway from starting and stopping', async () => {
    await redis.kill();
    const gateway = await GatewayProcess.start(environment);
    expect(await create(gateway.url, 'k')).toMatchObject({ status: 503 });
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('after a creation was sent does not affect the answer, and the creation is not repeated', async () => {
    const gateway = await startGateway({ ...environment, IDEMPOTENCY_DOUBT_MS: '600000' });
    upstream.on(CREATE, async (request) => {
      await redis.kill();
      return upstream.act(request);
    });
    const created = await create(gateway.url, 'cut');
    expect(created.status).toBe(201);
    await redis.run();
    const again = await insist(gateway.url, 'cut');
    expect(again.status).toBe(201);
    expect(upstream.count(CREATE)).toBe(1);
    await gateway.close();
  });
});
