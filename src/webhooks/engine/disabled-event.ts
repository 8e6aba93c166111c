import type { EventDto } from '../../events/dto/event.dto';
import { eventId } from '../../events/event-id';
import type { EventLog } from '../../events/log/event-log';
import type { CountedDraft } from '../../events/log/event-store';
import type { StoredWebhook, WebhookStore } from '../store/webhook-store';
import type { DisabledNotice } from '../webhook';

const TYPE = 'webhook.disabled';

/**
 * Adds the event of a webhook that the gateway has disabled to the log. After a failure, the next step does it again: the
 * event has the same id.
 */
export async function publishEnd(webhook: StoredWebhook, log: EventLog, store: WebhookStore): Promise<void> {
  const { id, version, config } = webhook;
  if (config.notice === null) return;
  await log.publish(draftOf(webhook, config.notice));
  await store.update(id, version, { ...config, notice: null });
}

/** Without the URL, which often contains a secret, and which callers with the scope `ingestion:read` must not see. */
function draftOf({ id: webhookId, config }: StoredWebhook, notice: DisabledNotice): CountedDraft {
  const { workspaceId, automaticEnds: sequence } = config;
  const id = eventId(TYPE, webhookId, String(sequence));
  const at = new Date(notice.atMs).toISOString();
  const content: Omit<EventDto, 'sequence'> = {
    id,
    type: TYPE,
    occurredAt: at,
    observedAt: at,
    connectionId: null,
    workspaceId,
    run: null,
    status: null,
    webhook: {
      webhookId,
      reason: notice.reason,
      failingSince: new Date(notice.failingSinceMs).toISOString(),
    },
    links: { ingestion: null, status: null, run: null, webhook: `/webhooks/${webhookId}` },
  };
  return {
    id,
    type: TYPE,
    subjectId: webhookId,
    workspaceId: workspaceId ?? '',
    observedAtMs: notice.atMs,
    content: JSON.stringify(content),
    sequence,
  };
}
