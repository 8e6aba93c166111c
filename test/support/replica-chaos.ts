import { setTimeout as pause } from 'node:timers/promises';
import { GatewayProcess } from './gateway-process';
import { type Answer, sendJson, type SendOptions } from './send-json';
import { randomFrom } from './random';
import { RedisServer } from './redis-server';
import { ScriptedUpstream } from './scripted-upstream';
import { until } from './until';

/** Two gateways with one Redis, which are killed, ended, and frozen at random, one after the other. */
export class ReplicaChaos {
  readonly random: () => number;
  private readonly dice: () => number;
  private gateways: readonly GatewayProcess[] = [];

  private constructor(
    seed: number,
    readonly redis: RedisServer,
    readonly upstream: ScriptedUpstream,
    private readonly environment: Record<string, string>,
  ) {
    this.random = randomFrom(seed);
    // Of its own, so that the order of the faults does not depend on the time of other calls.
    this.dice = randomFrom(seed + 1);
  }

  static async start(seed: number, settings: Readonly<Record<string, string>>): Promise<ReplicaChaos> {
    const redis = await RedisServer.start();
    const upstream = await ScriptedUpstream.start();
    const environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'fatal',
      ...settings,
    };
    return new ReplicaChaos(seed, redis, upstream, environment);
  }

  /** Call after the upstream has what exists from the beginning. */
  async startGateways(): Promise<void> {
    const start = (): Promise<GatewayProcess> => GatewayProcess.start(this.environment);
    this.gateways = await Promise.all([start(), start()]);
  }

  /** Breaks one thing after another while `work` is done, and ends with all of them well. */
  async during(work: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    const breaking = this.breakUntil(over.signal);
    try {
      await work();
    } finally {
      over.abort();
      await breaking;
    }
  }

  /** A caller that asks any replica, and repeats what fails. */
  send<T>(method: string, path: string, options: SendOptions = {}): Promise<Answer<T>> {
    return until(`an answer to ${method} ${path}`, async () => {
      const gateway = this.gateways[this.random() < 0.5 ? 0 : 1];
      const answer = await sendJson<T>(gateway?.url ?? '', method, path, options).catch(() => null);
      return answer !== null && answer.status < 500 && answer;
    });
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways) expect(await gateway.kill('SIGTERM')).toBe(0);
    await this.upstream.close();
    await this.redis.close();
  }

  private async breakUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await pause(500 + this.dice() * 1000);
      await this.breakSomething();
    }
  }

  private async breakSomething(): Promise<void> {
    const dice = this.dice();
    if (dice < 0.6) {
      const victim = this.dice() < 0.5 ? 0 : 1;
      await this.gateways[victim]?.kill(dice < 0.4 ? 'SIGKILL' : 'SIGTERM');
      const successor = await GatewayProcess.start(this.environment);
      this.gateways = this.gateways.map((gateway, index) => (index === victim ? successor : gateway));
      return;
    }
    if (dice < 0.8) this.redis.freeze();
    else await this.redis.kill();
    await pause(200 + this.dice() * 1200);
    if (dice < 0.8) this.redis.thaw();
    else await this.redis.run();
  }
}
