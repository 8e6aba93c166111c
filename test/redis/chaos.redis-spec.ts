import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '../support/random';
import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import {
  DESTINATION_ID,
  fault,
  json,
  problem,
  type Reply,
  ScriptedUpstream,
  SOURCE_ID,
} from '../support/scripted-upstream';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_128);
const KEYS = 120;
const BETWEEN_KEYS_MS = 120;
/** Longer than all leases and IDEMPOTENCY_DOUBT_MS together, however slow the machine is. */
const MAX_ATTEMPTS = 400;
/** Only stops a test that hangs. */
const HANGS_MS = 900_000;

type Note = (name: string, event: string) => void;

/** Loses creations before or after their execution, or executes them after the client disconnected. */
function misbehave(upstream: ScriptedUpstream, random: () => number, note: Note): void {
  upstream.on('POST /connections', async (request) => {
    const dice = random();
    const { name } = request.body as { name: string };
    const create = (): Reply => {
      const reply = upstream.act(request);
      note(name, `Airbyte creates ${[...upstream.state.connections.keys()].at(-1) ?? 'nothing'}`);
      return reply;
    };
    note(name, `Airbyte receives a creation (${dice.toFixed(2)})`);
    await pause(random() * 150);
    if (dice < 0.08) return fault('reset', create());
    if (dice < 0.12) return fault('hang', create());
    if (dice < 0.2) {
      setTimeout(create, random() * 1500);
      return fault('reset');
    }
    if (dice < 0.25) return fault('reset');
    if (dice < 0.3) return problem(500, 'Something went wrong in the connector.');
    return dice < 0.33 ? json(429, { message: 'You are being rate limited.' }) : create();
  });
}

describe(`two replicas that are killed, with a Redis that is killed and frozen (seed ${SEED})`, () => {
  const random = randomFrom(SEED);
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let gateways: GatewayProcess[];
  let environment: Record<string, string>;
  /** Answers to all attempts, and creations in Airbyte, in their order. A failure prints those of the names concerned. */
  const history: { readonly name: string; readonly event: string }[] = [];
  const note: Note = (name, event) => {
    history.push({ name, event: `${new Date().toISOString()} ${event}` });
  };

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
    note('', `${signal} to replica ${i}`);
    const code = await gateways[i]?.kill(signal);
    if (signal === 'SIGTERM') expect(code).toBe(0);
    gateways[i] = await GatewayProcess.start(environment);
  };
  const breakSomething = async (): Promise<void> => {
    const dice = random();
    if (dice < 0.4) return replace('SIGKILL');
    if (dice < 0.6) return replace('SIGTERM');
    note('', 'Redis fails');
    if (dice < 0.8) redis.freeze();
    else await redis.kill();
    await pause(200 + random() * 1200);
    if (dice < 0.8) redis.thaw();
    else await redis.run();
    note('', 'Redis runs');
  };

  /** The id in the answer to one attempt, if any. Some attempts disconnect. */
  const attempt = async (key: string, name: string): Promise<string | undefined> => {
    const patienceMs = random() < 0.1 ? random() * 300 : 20_000;
    const replica = random() < 0.5 ? 0 : 1;
    note(name, `${key} asks replica ${replica}`);
    try {
      const response = await fetch(`${gateways[replica]?.url ?? ''}/ingestion`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ name, sourceId: SOURCE_ID, destinationId: DESTINATION_ID }),
        signal: AbortSignal.timeout(Math.ceil(patienceMs)),
      });
      const { connectionId, code } = (await response.json()) as { connectionId?: string; code?: string };
      note(name, `${key} gets ${response.status} ${connectionId ?? code ?? ''}`);
      // Callers that ignore `Retry-After` could keep a slow machine overloaded forever.
      if (response.status === 503) await pause(1000 * Number(response.headers.get('retry-after')));
      return connectionId;
    } catch (error) {
      note(name, `${key} gets no answer: ${String(error)}`);
      // Aborted by a kill or by this client. The next attempt gets the outcome.
      return undefined;
    }
  };
  /** All ids that a caller got until the outcome, and in one more attempt. */
  const insist = async (key: string, name: string): Promise<Set<string>> => {
    const told = new Set<string>();
    for (let attempts = 0; told.size === 0 && attempts < MAX_ATTEMPTS; attempts++) {
      const tries = Array.from({ length: random() < 0.2 ? 2 : 1 }, () => attempt(key, name));
      for (const id of await Promise.all(tries)) if (id !== undefined) told.add(id);
      await pause(50 + random() * 300);
    }
    const again = await attempt(key, name);
    return again === undefined ? told : told.add(again);
  };

  it(
    'create one connection for each key, half of them with equal bodies',
    async () => {
      misbehave(upstream, random, note);
      const over = new AbortController();
      const breaking = (async () => {
        while (!over.signal.aborted) {
          await pause(500 + random() * 1500);
          await breakSomething();
        }
      })();
      const names: string[] = [];
      const callers: Promise<Set<string>>[] = [];
      for (let i = 0; i < KEYS; i++) {
        const name = random() < 0.5 ? 'Alike' : `Ingestion ${i}`;
        names.push(name);
        callers.push(insist(`key-${i}`, name));
        await pause(BETWEEN_KEYS_MS);
      }
      over.abort();
      await breaking;
      const told = await Promise.all(callers);
      const ids = told.flatMap((one) => [...one]);
      const unresolved = names.filter((_, i) => told[i]?.size !== 1);
      const untold = [...upstream.state.connections.values()].filter(
        (row) => !ids.includes(row.connectionId),
      );
      const concerned = ['', ...unresolved, ...untold.map(({ name }) => name)];
      const events = history.filter(({ name }) => concerned.length > 1 && concerned.includes(name));
      expect({ unresolved, untold, events: events.map(({ event }) => event) }).toEqual({
        unresolved: [],
        untold: [],
        events: [],
      });
      expect([...ids].sort()).toEqual([...upstream.state.connections.keys()].sort());
    },
    HANGS_MS,
  );
});
