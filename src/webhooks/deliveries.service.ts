import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemException, validationFailed } from '../api/problem/problem.exception';
import type { RequestContext } from '../http/request-context';
import { CLOCK, type Clock } from '../lib/clock';
import {
  DEFAULT_LIMIT,
  type DeliveryDto,
  type DeliveryListDto,
  type WebhookTestDto,
} from './dto/delivery.dto';
import { DEFAULT_OVERLAP_S, type RecoverWebhookDto, type RotateWebhookDto } from './dto/webhook-input.dto';
import type { WebhookDto, WebhookSecretDto } from './dto/webhook.dto';
import { newSecret } from './secrets/signature';
import type { WebhookSecret } from './webhook';
import { deliveryDto, webhookDto } from './webhook-mapper';
import { WebhooksRuntime } from './webhooks-runtime';
import { WebhooksService } from './webhooks.service';

/** Secrets that sign at the same time: the newest, and those before whose overlap has not ended. */
const MAX_SECRETS = 3;

/** Operations of callers on the messages of a webhook. */
@Injectable()
export class DeliveriesService {
  private readonly testing = new Set<string>();

  constructor(
    private readonly runtime: WebhooksRuntime,
    private readonly webhooks: WebhooksService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(
    id: string,
    query: { before?: number; limit?: number },
    context: RequestContext,
  ): Promise<DeliveryListDto> {
    return this.runtime.use(async (kept) => {
      await this.webhooks.find(kept, id, context);
      const limit = query.limit ?? DEFAULT_LIMIT;
      const rows = await kept.store.page(id, query.before ?? null, limit + 1);
      const shown = rows.slice(0, limit);
      return {
        data: shown.map(({ delivery }) => deliveryDto(delivery)),
        next: rows.length > limit ? (shown.at(-1)?.number ?? null) : null,
      };
    });
  }

  /** Sends a message at once, also if the webhook is disabled. It is not repeated. */
  test(id: string, context: RequestContext): Promise<WebhookTestDto> {
    return this.runtime.use(async (kept) => {
      const webhook = await this.webhooks.find(kept, id, context);
      if (this.testing.has(id))
        throw new ProblemException('rate-limited', 'Another test of this webhook has not ended yet.', {
          retryAfterMs: 1000,
        });
      this.testing.add(id);
      try {
        const messageId = `msg_${randomBytes(16).toString('base64url')}`;
        const body = JSON.stringify({
          type: 'webhook.test',
          timestamp: this.clock.now(),
          data: { webhookId: id },
        });
        const attempt = await kept.attempter.send(webhook, messageId, body);
        if (attempt === null)
          throw new ProblemException('not-ready', 'The gateway stops.', { retryAfterMs: 1000 });
        const { fault, statusCode, durationMs } = attempt;
        return { isAccepted: fault === null, messageId, statusCode, fault, durationMs };
      } finally {
        this.testing.delete(id);
      }
    });
  }

  rotate(
    id: string,
    { overlapSeconds }: RotateWebhookDto,
    context: RequestContext,
  ): Promise<WebhookSecretDto> {
    return this.runtime.use(async (kept) => {
      const secret = newSecret();
      const nowMs = this.clock.now().getTime();
      const expiresAtMs = nowMs + (overlapSeconds ?? DEFAULT_OVERLAP_S) * 1000;
      await this.webhooks.change(kept, id, context, ({ config }) => {
        const before = config.secrets.map((one): WebhookSecret => {
          return { ...one, expiresAtMs: Math.min(one.expiresAtMs ?? expiresAtMs, expiresAtMs) };
        });
        const live = before.filter((one) => (one.expiresAtMs ?? 0) > nowMs).slice(0, MAX_SECRETS - 1);
        const newest = { sealed: kept.box.seal(secret, id), expiresAtMs: null };
        return Promise.resolve({ config: { ...config, secrets: [newest, ...live] } });
      });
      return { secret, previousExpiresAt: new Date(expiresAtMs).toISOString() };
    });
  }

  resend(id: string, eventId: string, context: RequestContext): Promise<DeliveryDto> {
    return this.runtime.use(async (kept) => {
      await this.webhooks.find(kept, id, context);
      const delivery = await kept.store.delivery(id, eventId);
      if (delivery === null) throw noDelivery();
      const dueAtMs = this.clock.now().getTime();
      const again = { ...delivery, state: 'pending' as const, attempts: 0, dueAtMs };
      if (!(await kept.store.requeue(id, again))) throw noDelivery();
      kept.engine.wake();
      return deliveryDto(again);
    });
  }

  /** Reads the log again from a time on. What has succeeded is not sent again. */
  recover(id: string, { since }: RecoverWebhookDto, context: RequestContext): Promise<WebhookDto> {
    return this.runtime.use(async (kept) => {
      const sinceMs = Date.parse(since);
      if (sinceMs > this.clock.now().getTime())
        throw validationFailed([
          { field: 'since', reason: 'must not be in the future', hint: 'Give a time in the past.' },
        ]);
      const changed = await this.webhooks.change(kept, id, context, ({ config }) =>
        Promise.resolve({ config, cursor: { after: null, notBeforeMs: sinceMs } }),
      );
      return webhookDto(changed);
    });
  }
}

function noDelivery(): ProblemException {
  return new ProblemException(
    'delivery-not-found',
    'This webhook has no delivery of this event. POST /webhooks/{webhookId}/recover sends events again.',
  );
}
