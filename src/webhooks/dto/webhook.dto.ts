import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EVENT_TYPES, type EventType } from '../../events/event-types';
import { DISABLED_REASONS, type DisabledReason } from '../webhook';

export const WEBHOOK_STATUSES = ['enabled', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const MAX_URL_LENGTH = 2048;
export const MAX_DESCRIPTION_LENGTH = 200;
export const MAX_CONNECTIONS = 100;
/** Webhooks in total. */
export const MAX_WEBHOOKS = 250;

@ApiSchema({ name: 'Webhook', description: 'A receiver of events.' })
export class WebhookDto {
  /** Identifies the webhook. */
  @ApiProperty({ example: 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw' })
  webhookId: string;

  /** Events are sent to it with POST. */
  @ApiProperty({ format: 'uri', example: 'https://hooks.example.com/airbyte' })
  url: string;

  /** Text for people; null if none was given. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Failures to the on-call team' })
  description: string | null;

  /** Only events of these types are sent; empty: all. */
  @ApiProperty({
    enum: EVENT_TYPES,
    enumName: 'EventType',
    isArray: true,
    maxItems: EVENT_TYPES.length,
    example: ['run.failed'],
  })
  types: EventType[];

  /** Only events of these ingestions are sent; empty: all. */
  @ApiProperty({ type: [String], maxItems: MAX_CONNECTIONS, example: [] })
  connectionIds: string[];

  /** Only events of this workspace are sent; null: all. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  workspaceId: string | null;

  /** Nothing is sent while it is disabled. */
  @ApiProperty({ enum: WEBHOOK_STATUSES, enumName: 'WebhookStatus', example: 'enabled' })
  status: WebhookStatus;

  /**
   * `caller`: a caller has disabled it. `gone`: the receiver answered 410. `failing`: every attempt has failed for five days. Null:
   * it is enabled.
   */
  @ApiProperty({ enum: DISABLED_REASONS, enumName: 'WebhookDisabledReason', nullable: true, example: null })
  disabledReason: DisabledReason | null;

  /** Since when every attempt has failed; null if the last one succeeded, or there was none. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  failingSince: string | null;

  /** Time of the creation. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  createdAt: string;

  /** Time of the last change. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  updatedAt: string;
}

@ApiSchema({ name: 'CreatedWebhook', description: 'A new receiver of events, with its secret.' })
export class CreatedWebhookDto extends WebhookDto {
  /** Verifies the signatures (Standard Webhooks). It is not shown again. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw2nqjZ0kLh2U=' })
  secret: string;
}

@ApiSchema({ name: 'WebhookList', description: 'All webhooks that the caller may see, oldest first.' })
export class WebhookListDto {
  /** The webhooks. */
  @ApiProperty({ type: [WebhookDto], maxItems: MAX_WEBHOOKS })
  data: WebhookDto[];
}

@ApiSchema({ name: 'WebhookSecret', description: 'A new secret of a webhook.' })
export class WebhookSecretDto {
  /** Verifies the signatures from now on. It is not shown again. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw2nqjZ0kLh2U=' })
  secret: string;

  /** Until then each message also has a signature by the secret before. */
  @ApiProperty({ format: 'date-time', example: '2026-01-16T10:30:00.000Z' })
  previousExpiresAt: string;
}
