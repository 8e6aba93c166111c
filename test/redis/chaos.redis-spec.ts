import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '../support/random';
import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import {
  DESTINATION_ID,
  fault,
  json,
  problem,
  ScriptedUpstream,
  SOURCE_ID,
} from '../support/scripted-upstream';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_128);
const KEYS = 120;
const BETWEEN_KEYS_MS = 120;
/** Longer than all leases and IDEMPOTENCY_DOUBT_MS, so that every creation gets an outcome within this time. */
const SETTLE_MS = 45_000;

/** Loses creations before or after their execution, or executes them after the client disconnected. */
function misbehave(upstream: ScriptedUpstream, random: () => number): void {
  upstream.on('POST /connections', async (request) => {
    const dice = random();
    await pause(random() * 150);
    if (dice < 0.08) return fault('reset', upstream.act(request));
    if (dice < 0.12) return fault('hang', upstream.act(request));
    if (dice < 0.2) {
      setTimeout(() => upstream.act(request), random() * 1500);
      return fault('reset');
    }
    if (dice < 0.25) return fault('reset');
    if (dice < 0.3) return problem(500, 'Something went wrong in the connector.');
    return dice < 0.33 ? json(429, { message: 'You are being rate limited.' }) : undefined;
  });
}

describe(`two replicas that are killed, with a Redis that is killed and frozen (seed ${SEED})`, () => {
  const random = randomFrom(SEED);
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let gateways: GatewayProcess[];
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      AIRBYTE_TIMEOUT_MS: '1500',
      AIRBYTE_CREATE_TIMEOUT_MS: '2500',
      AIRBYTE_MAX_CONCURRENCY: '16',
      AIRBYTE_MAX_CREATES: '16',
      IDEMPOTENCY_DOUBT_MS: '4000',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'fatal',
    };
    gateways = await Promise.all([GatewayProcess.start(environment), GatewayProcess.start(environment)]);
  });
  afterAll(async () => {
    for (const gateway of gateways) expect(await gateway.kill('SIGTERM')).toBe(0);
    await upstream.close();
    await redis.close();
  });

  const replace = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const i = random() < 0.5 ? 0 : 1;
    const code = await gateways[i]?.kill(signal);
    if (signal === 'SIGTERM') expect(code).toBe(0);
    gateways[i] = await GatewayProcess.start(environment);
  };
  const breakSomething = async (): Promise<void> => {
    const dice = random();
    if (dice < 0.4) return replace('SIGKILL');
    if (dice < 0.6) return replace('SIGTERM');
    if (dice < 0.8) redis.freeze();
    else await redis.kill();
    await pause(200 + random() * 1200);
    if (dice < 0.8) redis.thaw();
    else await redis.run();
  };

  /** The id in the answer to one attempt, if any. Some attempts disconnect. */
  const attempt = async (key: string, name: string): Promise<string | undefined> => {
    const patienceMs = random() < 0.1 ? random() * 300 : 20_000;
    try {
      const response = await fetch(`${gateways[random() < 0.5 ? 0 : 1]?.url ?? ''}/ingestion`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ name, sourceId: SOURCE_ID, destinationId: DESTINATION_ID }),
        signal: AbortSignal.timeout(Math.ceil(patienceMs)),
      });
      return ((await response.json()) as { connectionId?: string }).connectionId;
    } catch {
      // Aborted by a kill or by this client. The next attempt gets the outcome.
      return undefined;
    }
  };
  /** All ids that a caller got until the outcome, and in one more attempt. */
  const insist = async (key: string, name: string, endsAt: number): Promise<Set<string>> => {
    const told = new Set<string>();
    while (told.size === 0 && Date.now() < endsAt) {
      const tries = Array.from({ length: random() < 0.2 ? 2 : 1 }, () => attempt(key, name));
      for (const id of await Promise.all(tries)) if (id !== undefined) told.add(id);
      await pause(50 + random() * 300);
    }
    const again = await attempt(key, name);
    return again === undefined ? told : told.add(again);
  };

  it('create one connection for each key, half of them with equal bodies', async () => {
    misbehave(upstream, random);
    const endsAt = Date.now() + KEYS * BETWEEN_KEYS_MS + SETTLE_MS;
    const over = new AbortController();
    const breaking = (async () => {
      while (!over.signal.aborted) {
        await pause(500 + random() * 1500);
        await breakSomething();
      }
    })();
    const callers: Promise<Set<string>>[] = [];
    for (let i = 0; i < KEYS; i++) {
      callers.push(insist(`key-${i}`, random() < 0.5 ? 'Alike' : `Ingestion ${i}`, endsAt));
      await pause(BETWEEN_KEYS_MS);
    }
    over.abort();
    await breaking;
    const told = await Promise.all(callers);
    expect(told.map((ids) => ids.size).filter((size) => size !== 1)).toEqual([]);
    const ids = told.flatMap((one) => [...one]);
    expect([...ids].sort()).toEqual([...upstream.state.connections.keys()].sort());
  }, 120_000);
});
