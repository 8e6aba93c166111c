import { Inject, Injectable } from '@nestjs/common';
import { AirbyteClient } from '../airbyte/client/airbyte.client';
import { Mirror } from '../airbyte/mirror/mirror';
import { SETTINGS, type Settings } from '../config/settings-types';
import type { Caller } from '../http/caller';
import { CLOCK, type Clock } from '../lib/clock';
import { dataDisk } from '../lib/data-disk';
import { RedisState } from '../redis/redis-state';
import { RecentCalls } from './recent-calls';
import { RecentRequests } from './recent-requests';

/** A report lists at most this many callers, those with the newest requests. */
const MAX_SHOWN_CALLERS = 100;

/** The state of the gateway itself, from memory. Nothing is sent to Airbyte for it. */
@Injectable()
export class OperatorService {
  readonly requests: RecentRequests;
  private readonly calls = new RecentCalls();
  private readonly startedAt: Date;
  private readonly startedAtMs: number;

  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
    private readonly redis: RedisState,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
    this.startedAtMs = clock.monotonicMs();
    this.requests = new RecentRequests(clock);
    client.caller.runner.onCall((call) => {
      this.calls.add(call);
    });
  }

  /** @param caller of one workspace sees no other callers */
  async report(caller: Caller | undefined): Promise<object> {
    const { airbyte, mirror, rateLimit } = this.settings;
    const { gate } = this.client.caller;
    return {
      startedAt: this.startedAt.toISOString(),
      uptimeS: Math.round((this.clock.monotonicMs() - this.startedAtMs) / 1000),
      node: process.version,
      memoryBytes: process.memoryUsage.rss(),
      airbyte: this.airbyte(),
      queue: {
        waiting: gate.queued,
        running: gate.activeByLane,
        limits: {
          waiting: airbyte.maxQueue,
          running: airbyte.maxConcurrency,
          creates: airbyte.maxCreates,
          starts: airbyte.maxStarts,
        },
      },
      mirror: mirror.feedIntervalMs > 0 ? this.mirrorState() : null,
      redis: this.redis.isConfigured ? { isAvailable: this.redis.isAvailable } : null,
      disk: airbyte.disablesFailing ? null : await dataDisk(this.settings.dataDir),
      rateLimitPerMinute: rateLimit,
      callers: this.callersFor(caller),
      problems: this.requests.problems().map(({ lastAtMs, ...problem }) => {
        return { ...problem, lastAt: new Date(lastAtMs).toISOString() };
      }),
    };
  }

  private mirrorState(): object {
    const { feedAgeMs, listAgeMs, ...state } = this.mirror.state();
    return { feedAgeMs: rounded(feedAgeMs), listAgeMs: rounded(listAgeMs), ...state };
  }

  private airbyte(): object {
    const { runner, breaker, upstreamClock, tokenExpiresInMs } = this.client.caller;
    return {
      isUp: !runner.isDown,
      circuit: breaker.isOpen ? 'open' : 'closed',
      newestCalls: this.calls.summary(),
      tokenLifetimeS: tokenExpiresInMs === null ? null : Math.round(tokenExpiresInMs / 1000),
      clockAheadMs: Math.round(upstreamClock.aheadMs),
    };
  }

  private callersFor(caller: Caller | undefined): object[] {
    const only = caller && caller.workspaceId !== null ? caller.id : null;
    const callers = this.requests.callers().filter((known) => only === null || known.caller === only);
    return callers.slice(0, MAX_SHOWN_CALLERS).map(({ lastAtMs, ...activity }) => {
      return { ...activity, lastAt: new Date(lastAtMs).toISOString() };
    });
  }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
