import type { EventDto } from '../../events/dto/event.dto';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';
import type { LogPages } from './log-pages';

/** Deliveries of the next events, and the place after them. */
export interface Collected {
  readonly deliveries: readonly Delivery[];
  readonly cursor: LogCursor;
  readonly hasMore: boolean;
}

/** Reads the events after the cursor that a webhook wants. */
export async function collect(
  pages: LogPages,
  config: WebhookConfig,
  cursor: LogCursor,
  nowMs: number,
): Promise<Collected> {
  const part = await pages.after(cursor.after);
  const wanted = part.events.filter((event) => isWanted(event, config, cursor));
  return {
    deliveries: wanted.map((event) => newDelivery(event, nowMs)),
    cursor: { ...cursor, after: part.next },
    hasMore: part.hasMore,
  };
}

function isWanted(event: EventDto, config: WebhookConfig, { notBeforeMs }: LogCursor): boolean {
  const { workspaceId, types, connectionIds } = config;
  return (
    (workspaceId === null || event.workspaceId === workspaceId) &&
    (types.length === 0 || types.some((type) => type === event.type)) &&
    (connectionIds.length === 0 || connectionIds.some((id) => id === event.connectionId)) &&
    Date.parse(event.observedAt) >= notBeforeMs
  );
}

function newDelivery({ id, type, connectionId, sequence, observedAt }: EventDto, nowMs: number): Delivery {
  return {
    eventId: id,
    type,
    connectionId,
    sequence,
    observedAtMs: Date.parse(observedAt),
    state: 'pending',
    attempts: 0,
    lastAttemptAtMs: null,
    dueAtMs: nowMs,
    statusCode: null,
    fault: null,
    durationMs: null,
  };
}
