import { EventStoreUnavailable } from '../../events/log/event-store';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';

/** @throws EventStoreUnavailable if somebody else has changed the storage */
export function configIn(text: string): WebhookConfig {
  const value = objectIn(text);
  if (!isConfig(value)) throw damaged();
  // Earlier versions wrote none of these.
  return { ...value, automaticEnds: value.automaticEnds ?? 0, notice: value.notice ?? null };
}

/** @throws EventStoreUnavailable if somebody else has changed the storage */
export function cursorIn(text: string): LogCursor {
  const value = objectIn(text);
  if (!isCursor(value)) throw damaged();
  return value;
}

/** @throws EventStoreUnavailable if somebody else has changed the storage */
export function deliveryIn(text: string): Delivery {
  const value = objectIn(text);
  if (!isDelivery(value)) throw damaged();
  return value;
}

/** Only this gateway writes the storage, so members of lists are not checked one by one. */
function isConfig(value: Members): value is Members & StoredConfig {
  return (
    ['owner', 'url'].every((name) => typeof value[name] === 'string') &&
    ['types', 'connectionIds', 'secrets'].every((name) => Array.isArray(value[name])) &&
    ['createdAtMs', 'updatedAtMs'].every((name) => typeof value[name] === 'number')
  );
}

function isCursor(value: Members): value is Members & LogCursor {
  const { after, notBeforeMs } = value;
  return (after === null || typeof after === 'string') && typeof notBeforeMs === 'number';
}

function isDelivery(value: Members): value is Members & Delivery {
  return (
    ['eventId', 'type', 'state'].every((name) => typeof value[name] === 'string') &&
    (value['connectionId'] === null || typeof value['connectionId'] === 'string') &&
    ['sequence', 'observedAtMs', 'attempts'].every((name) => typeof value[name] === 'number')
  );
}

type Members = Partial<Record<string, unknown>>;
type StoredConfig = Omit<WebhookConfig, 'automaticEnds' | 'notice'> &
  Partial<Pick<WebhookConfig, 'automaticEnds' | 'notice'>>;

function objectIn(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new EventStoreUnavailable('a stored webhook is damaged', { cause: error });
  }
  throw damaged();
}

function damaged(): EventStoreUnavailable {
  return new EventStoreUnavailable('a stored webhook is damaged');
}
