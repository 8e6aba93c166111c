import { ProblemException } from '../../api/problem/problem.exception';
import type { EventDto } from '../../events/dto/event.dto';
import type { EventLog, EventPart } from '../../events/log/event-log';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';

/** Events of one step. */
const PAGE = 200;

/** Deliveries of the next events, and the place after them. */
export interface Collected {
  readonly deliveries: readonly Delivery[];
  readonly cursor: LogCursor;
  readonly hasMore: boolean;
}

/** Reads the events after the cursor that a webhook wants. */
export async function collect(
  log: EventLog,
  config: WebhookConfig,
  cursor: LogCursor,
  nowMs: number,
): Promise<Collected> {
  const part = await nextPart(log, config, cursor.after);
  const isWanted = ({ connectionId, observedAt }: EventDto): boolean =>
    (config.connectionIds.length === 0 || config.connectionIds.some((id) => id === connectionId)) &&
    Date.parse(observedAt) >= cursor.notBeforeMs;
  return {
    deliveries: part.events.filter(isWanted).map((event) => newDelivery(event, nowMs)),
    cursor: { ...cursor, after: part.next },
    hasMore: part.hasMore,
  };
}

async function nextPart(
  log: EventLog,
  { workspaceId, types, owner }: WebhookConfig,
  after: string | null,
): Promise<EventPart> {
  const context = { requestId: 'webhooks', caller: { id: owner, scopes: [], workspaceId } };
  const filter = types.length > 0 ? { types } : {};
  try {
    return await log.read({ ...filter, after: after ?? undefined }, PAGE, context);
  } catch (error) {
    // The log has dropped events that were not yet collected. It continues with the oldest one.
    if (!(error instanceof ProblemException) || error.code !== 'events-expired') throw error;
    return log.read(filter, PAGE, context);
  }
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
