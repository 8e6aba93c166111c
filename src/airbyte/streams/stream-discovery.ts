import type { Clock } from '../../lib/clock';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { CallContext, SourceStream } from '../client/model/airbyte-types';
import { type CallResult, PendingCall } from '../client/model/pending-call';

/** A result is shared for this time. Airbyte itself keeps results until the configuration changes. */
const MAX_AGE_MS = 5 * 60_000;
const MAX_RESULTS = 50;
/** Paths of fields in all kept results, about 20 MB. */
const MAX_KEPT_FIELDS = 200_000;

export interface DiscoveredStreams {
  readonly streams: readonly SourceStream[];
  readonly discoveredAt: Date;
}

interface Kept extends DiscoveredStreams {
  /** Monotonic, ms. */
  readonly keptAt: number;
  readonly fields: number;
}

interface Discovery {
  readonly key: string;
  /** True if the source changed meanwhile: those who wait get the result, which is not kept. */
  isOutdated: boolean;
  readonly result: PendingCall<DiscoveredStreams>;
}

/**
 * Reads the streams of sources. Airbyte may run a connector for it, for minutes, and cannot be stopped. So there is one
 * discovery at a time for each source, it outlives its request, and its result is kept. A failure is not kept.
 */
export class StreamDiscovery {
  /** Oldest first. */
  private readonly kept = new Map<string, Kept>();
  private readonly running = new Map<string, Discovery>();
  private keptFields = 0;

  /** @param onEnd called when a discovery ended, with its error if it failed */
  constructor(
    private readonly client: AirbyteClient,
    private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>,
    private readonly onEnd: (error: AirbyteError | null) => void,
  ) {}

  /** @throws AirbyteError, `timeout` if there is no result by the deadline of a discovery */
  async read(
    sourceId: string,
    destinationId: string | null,
    context: CallContext,
  ): Promise<DiscoveredStreams> {
    const { deadlineAt } = this.client.withDeadline({}, 'discover');
    const key = `${sourceId} ${destinationId ?? ''}`;
    for (;;) {
      const known = this.fresh(key);
      if (known) return known;
      const running = this.running.get(sourceId) ?? this.start(sourceId, destinationId, key, context);
      const result = await this.within(deadlineAt, running.result);
      if (running.key !== key) continue;
      if (result.ok) return result.value;
      throw result.error;
    }
  }

  /** Drops what was discovered with an earlier configuration of the source. */
  forget(sourceId: string): void {
    for (const key of this.kept.keys()) if (key.startsWith(`${sourceId} `)) this.drop(key);
    const running = this.running.get(sourceId);
    if (!running) return;
    running.isOutdated = true;
    this.running.delete(sourceId);
  }

  private async within<T>(deadlineAt: number, call: PendingCall<T>): Promise<CallResult<T>> {
    const remainingMs = Math.max(0, deadlineAt - this.client.caller.clock.monotonicMs());
    const result = await call.waitFor(remainingMs);
    if (result) return result;
    const details = { operation: 'listStreams', sent: true };
    throw new AirbyteError('timeout', 'the streams were not listed in time', details);
  }

  private start(
    sourceId: string,
    destinationId: string | null,
    key: string,
    { requestId, traceparent, callerKey }: CallContext,
  ): Discovery {
    const { clock } = this.client.caller;
    // Without the signal and the deadline of the request, which it outlives.
    const reading = this.client
      .listStreams(sourceId, destinationId ?? undefined, { requestId, traceparent, callerKey })
      .then((streams) => this.found(discovery, streams));
    const discovery: Discovery = { key, isOutdated: false, result: new PendingCall(reading, clock) };
    this.running.set(sourceId, discovery);
    void discovery.result.result.then((result) => {
      if (!discovery.isOutdated) this.running.delete(sourceId);
      if (result.ok) this.onEnd(null);
      else if (result.error instanceof AirbyteError) this.onEnd(result.error);
    });
    return discovery;
  }

  private fresh(key: string): DiscoveredStreams | null {
    const known = this.kept.get(key);
    const isFresh = known && this.clock.monotonicMs() - known.keptAt < MAX_AGE_MS;
    return isFresh ? known : null;
  }

  private found({ key, isOutdated }: Discovery, streams: readonly SourceStream[]): DiscoveredStreams {
    const fields = streams.reduce((sum, stream) => sum + 1 + stream.fields.length, 0);
    const found = { streams, discoveredAt: this.clock.now(), keptAt: this.clock.monotonicMs(), fields };
    if (!isOutdated) this.keep(key, found);
    return found;
  }

  private keep(key: string, found: Kept): void {
    const { fields } = found;
    this.drop(key);
    this.kept.set(key, found);
    this.keptFields += fields;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MAX_RESULTS && this.keptFields <= MAX_KEPT_FIELDS) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.keptFields -= this.kept.get(key)?.fields ?? 0;
    this.kept.delete(key);
  }
}
