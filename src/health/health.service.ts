import { Inject, Injectable, Logger } from '@nestjs/common';
import { AirbyteClient } from '../airbyte/client/airbyte.client';
import { AirbyteError } from '../airbyte/client/model/airbyte-errors';
import { MIN_SKEW_MS } from '../airbyte/client/resilience/upstream-clock';
import { Mirror } from '../airbyte/mirror/mirror';
import { InternalClient } from '../airbyte/internal/internal-client';
import type { Capability, CapabilityState } from '../airbyte/internal/capability';
import { SETTINGS, type Settings } from '../config/settings-types';
import { RedisState } from '../redis/redis-state';
import { CLOCK, type Clock } from '../lib/clock';
import { CoalescedReads } from '../lib/coalesced-reads';
import { ProblemException } from '../api/problem/problem.exception';

const MAX_AGE_MS = 1000;
const PROBE_BUDGET_MS = 2000;

/** Checks the readiness of this replica. */
@Injectable()
export class HealthService {
  private readonly probes: CoalescedReads<AirbyteError | null>;
  private readonly redisFaults: CoalescedReads<string | null>;
  private readonly log = new Logger('Health');
  private isSkewLogged = false;
  private stopping = false;

  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
    private readonly redis: RedisState,
    private readonly internal: InternalClient,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) clock: Clock,
  ) {
    const sharing = { maxAgeMs: MAX_AGE_MS, maxEntries: 1, nowMs: () => clock.monotonicMs() };
    this.probes = new CoalescedReads(sharing);
    this.redisFaults = new CoalescedReads(sharing);
  }

  /** Marks this replica as not ready, so that load balancers send no new requests. */
  beginStopping(): void {
    this.stopping = true;
  }

  /**
   * While Airbyte cannot be read, the gateway stays ready as long as it returns the last known state.
   * @returns warnings that do not affect readiness
   * @throws ProblemException `not-ready`
   */
  async requireReady(): Promise<string[]> {
    if (this.stopping) throw notReady('The gateway is stopping.');
    const fault = await this.probes.get('airbyte', () => this.probe());
    if (fault && !this.settings.readyWithoutAirbyte && !this.mirror.canAnswerAlone)
      throw notReady(`Airbyte is not healthy: ${fault.message}`, fault);
    const redisFault = await this.redisFaults.get('redis', () => this.redis.fault());
    return [fault && outageWarning(fault), redisFault, this.clockFault()].filter(
      (warning) => warning !== null,
    );
  }

  /** Features of the installation, as far as they are known. Nothing is read for it. */
  capabilities(): { name: Capability; state: CapabilityState }[] {
    return this.internal.caller.capabilities().map(({ capability, state }) => ({ name: capability, state }));
  }

  private clockFault(): string | null {
    const warning = clockWarning(this.client.caller.upstreamClock.aheadMs);
    if (warning !== null && !this.isSkewLogged) this.log.warn(warning);
    this.isSkewLogged = warning !== null;
    return warning;
  }

  private async probe(): Promise<AirbyteError | null> {
    try {
      await this.client.health(PROBE_BUDGET_MS);
      return null;
    } catch (error) {
      if (error instanceof AirbyteError) return error;
      throw error;
    }
  }
}

function outageWarning({ message }: AirbyteError): string {
  return `Airbyte is not healthy: ${message}. At most the last known state is shown, and nothing can be changed.`;
}

/** If the clocks differ, statuses show wrong results: firings appear to be missed or in the future. */
function clockWarning(aheadMs: number): string | null {
  if (Math.abs(aheadMs) < MIN_SKEW_MS) return null;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return (
    `The clock of Airbyte, or of a proxy in front of it, is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of ` +
    'this machine. Statuses use that clock. Correct the wrong clock.'
  );
}

function notReady(detail: string, cause?: unknown): ProblemException {
  return new ProblemException('not-ready', detail, { retryAfterMs: MAX_AGE_MS, cause });
}
