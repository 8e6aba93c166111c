import { setTimeout as pause } from 'node:timers/promises';
import { disorderOf, EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { GatewayProcess } from '../support/gateway-process';
import { randomFrom } from '../support/random';
import { RedisServer } from '../support/redis-server';
import { ScriptedUpstream } from '../support/scripted-upstream';
import type { Answer } from '../support/send-json';
import { until } from '../support/until';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129);
const RUNS = 60;

describe(`events of two replicas that are killed, with a Redis that is killed and frozen (seed ${SEED})`, () => {
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
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'fatal',
      ...EVENT_SETTINGS,
    };
    for (let n = 0; n < 5; n++)
      upstream.state.addConnection({ name: `Orders ${n}`, createdAt: 1_700_000_000 });
    gateways = await Promise.all([GatewayProcess.start(environment), GatewayProcess.start(environment)]);
  });
  afterAll(async () => {
    for (const gateway of gateways) expect(await gateway.kill('SIGTERM')).toBe(0);
    await upstream.close();
    await redis.close();
  });

  const breakSomething = async (): Promise<void> => {
    const dice = random();
    if (dice < 0.6) {
      const i = random() < 0.5 ? 0 : 1;
      await gateways[i]?.kill(dice < 0.4 ? 'SIGKILL' : 'SIGTERM');
      gateways[i] = await GatewayProcess.start(environment);
      return;
    }
    if (dice < 0.8) redis.freeze();
    else await redis.kill();
    await pause(200 + random() * 1200);
    if (dice < 0.8) redis.thaw();
    else await redis.run();
  };
  /** A caller that continues at any replica, and repeats what fails. */
  const anywhere: ConstructorParameters<typeof EventReader>[0] = {
    send: async <T>(_method: string, path: string): Promise<Answer<T>> =>
      until('an answer', async () => {
        const url = `${gateways[random() < 0.5 ? 0 : 1]?.url ?? ''}${path}`;
        const response = await fetch(url).catch(() => null);
        if (response?.status !== 200) return null;
        return { status: 200, headers: {}, body: (await response.json()) as T };
      }),
  };

  it('contain the end of each run once and in order, and nothing else', async () => {
    const reader = new EventReader(anywhere);
    await reader.current();
    const ids = [...upstream.state.connections.keys()];
    const expected = new Map<string, string>();
    const over = new AbortController();
    const breaking = (async () => {
      while (!over.signal.aborted) {
        await pause(500 + random() * 1000);
        await breakSomething();
      }
    })();
    for (let n = 0; n < RUNS; n++) {
      const connectionId = ids[n % ids.length] ?? '';
      const job = upstream.state.addJob({ connectionId, status: 'running' });
      await pause(random() * 300);
      const end = ['succeeded', 'failed', 'cancelled'][Math.floor(random() * 3)] ?? '';
      upstream.state.history.end(job, end);
      expected.set(String(job.jobId), `run.${end}`);
      await pause(random() * 300);
    }
    over.abort();
    await breaking;
    await until('the end of every run', async () => {
      await reader.read();
      return endsOf(reader).length >= RUNS;
    });
    await reader.current();
    const ends = endsOf(reader);
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(expected));
    expect(ends).toHaveLength(RUNS);
    expect(disorderOf(reader.events)).toEqual([]);
    const others = reader.events.map(({ type }) => type).filter((type) => !type.startsWith('run.'));
    expect(others.filter((type) => type !== 'ingestion.health_changed')).toEqual([]);
  }, 180_000);
});

function endsOf({ events }: EventReader): [string, string][] {
  return events.flatMap(({ type, run }) =>
    run && /succeeded|failed|cancelled/.test(type) ? [[run.runId, type]] : [],
  );
}
