import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { SourceStream } from '../client/model/airbyte-types';
import { PendingCall } from '../client/model/pending-answer';

/** A source, and the destination that decides with it how its streams can be synced. */
export interface ActorPair {
  readonly sourceId: string;
  readonly destinationId: string;
}

/** A request that may wait until a moment of the monotonic clock. */
type BoundedContext = RequestContext & { readonly deadlineAt: number };

interface Discovery extends ActorPair {
  readonly streams: PendingCall<readonly SourceStream[]>;
}

/**
 * Reads the streams of sources. Airbyte may run a connector for it, which takes up to minutes and cannot be stopped. So a
 * read outlives the request that waits for it, its place stays taken until Airbyte answers, and each caller has one read
 * at a time: no caller can take Airbyte's threads from the others.
 */
@Injectable()
export class StreamCatalog {
  private readonly discoveries = new Map<string, Discovery>();

  constructor(private readonly client: AirbyteClient) {}

  /**
   * @returns null where Airbyte has not answered by the deadline
   * @throws AirbyteError
   */
  async read(pair: ActorPair, context: BoundedContext): Promise<readonly SourceStream[] | null> {
    const discovery = await this.discoveryOf(pair, context);
    const result = await discovery?.streams.waitFor(this.remainingMs(context));
    if (!result) return null;
    if (result.ok) return result.value;
    throw result.error;
  }

  /** Returns the caller's discovery of this pair, which may be under way already; null while it has another one. */
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
    // Without the deadline of the request: it has the budget of a creation.
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
