import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { SourceStream } from '../client/model/airbyte-types';
import { PendingCall } from '../client/model/pending-call';

/** Source and destination; both determine the sync modes. */
export interface ActorPair {
  readonly sourceId: string;
  readonly destinationId: string;
}

/** A request with a deadline on the monotonic clock. */
export type BoundedContext = RequestContext & { readonly deadlineAt: number };

interface Discovery extends ActorPair {
  readonly streams: PendingCall<readonly SourceStream[]>;
}

/**
 * Reads the streams of sources. Airbyte may run a connector for it, which takes up to minutes and cannot be
 * cancelled. So a read outlives its request, holds its slot until Airbyte responds, and is limited to one for
 * each caller: no caller can occupy all of Airbyte's threads.
 */
@Injectable()
export class StreamCatalog {
  private readonly discoveries = new Map<string, Discovery>();

  constructor(private readonly client: AirbyteClient) {}

  /**
   * @returns null if Airbyte does not respond by the deadline
   * @throws AirbyteError
   */
  async read(pair: ActorPair, context: BoundedContext): Promise<readonly SourceStream[] | null> {
    const discovery = await this.discoveryOf(pair, context);
    const result = await discovery?.streams.waitFor(this.remainingMs(context));
    if (!result) return null;
    if (result.ok) return result.value;
    throw result.error;
  }

  /**
   * Returns the caller's discovery of this pair, started if needed; null while another discovery of the caller
   * runs.
   */
  private async discoveryOf(pair: ActorPair, context: BoundedContext): Promise<Discovery | null> {
    const { callerKey = '' } = context;
    for (;;) {
      const current = this.discoveries.get(callerKey);
      if (!current) return this.startDiscovery(pair, callerKey, context);
      if (current.sourceId === pair.sourceId && current.destinationId === pair.destinationId) return current;
      if (!(await current.streams.waitFor(this.remainingMs(context)))) return null;
    }
  }

  private startDiscovery(
    pair: ActorPair,
    callerKey: string,
    { requestId, traceparent }: RequestContext,
  ): Discovery {
    // Has no request deadline; the budget of a creation applies.
    const answer = this.client.listStreams(pair.sourceId, pair.destinationId, {
      requestId,
      traceparent,
      callerKey,
    });
    const discovery = { ...pair, streams: new PendingCall(answer, this.client.caller.clock) };
    this.discoveries.set(callerKey, discovery);
    void discovery.streams.result.then(() => this.discoveries.delete(callerKey));
    return discovery;
  }

  private remainingMs({ deadlineAt }: BoundedContext): number {
    return Math.max(0, deadlineAt - this.client.caller.clock.monotonicMs());
  }
}
