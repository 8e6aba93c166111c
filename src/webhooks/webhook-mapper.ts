import type { DeliveryDto } from './dto/delivery.dto';
import type { WebhookDto } from './dto/webhook.dto';
import type { StoredWebhook } from './store/webhook-store';
import type { Delivery } from './webhook';

export function webhookDto({ id, config, failingSinceMs }: StoredWebhook): WebhookDto {
  return {
    webhookId: id,
    url: config.url,
    description: config.description,
    types: [...config.types],
    connectionIds: [...config.connectionIds],
    workspaceId: config.workspaceId,
    status: config.disabledReason === null ? 'enabled' : 'disabled',
    disabledReason: config.disabledReason,
    failingSince: timeOf(failingSinceMs),
    createdAt: new Date(config.createdAtMs).toISOString(),
    updatedAt: new Date(config.updatedAtMs).toISOString(),
  };
}

export function deliveryDto(delivery: Delivery): DeliveryDto {
  const { eventId, type, connectionId, sequence, state, attempts, statusCode, fault, durationMs } = delivery;
  return {
    eventId,
    type,
    connectionId,
    sequence,
    observedAt: new Date(delivery.observedAtMs).toISOString(),
    state,
    attempts,
    lastAttemptAt: timeOf(delivery.lastAttemptAtMs),
    nextAttemptAt: timeOf(delivery.dueAtMs),
    statusCode,
    fault,
    durationMs,
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
