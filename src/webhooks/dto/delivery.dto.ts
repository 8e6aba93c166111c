import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { EmptyIsAbsent, IsWholeNumber } from '../../api/validation/decorators';
import { EVENT_TYPES } from '../../events/event-types';
import { DELIVERY_STATES, type DeliveryState, type Fault, FAULTS } from '../webhook';

const MAX_LIMIT = 200;
export const DEFAULT_LIMIT = 50;

@ApiSchema({ name: 'WebhookDelivery', description: 'One event for one webhook.' })
export class DeliveryDto {
  /** Id of the event, which is the `webhook-id` of each attempt. */
  @ApiProperty({ example: 'evt_kT3v0bqB6m1d9uEo4pXy2w' })
  eventId: string;

  /** Type of the event. */
  @ApiProperty({ enum: EVENT_TYPES, enumName: 'EventType', example: 'run.failed' })
  type: string;

  /** The ingestion of the event; null if it is about a webhook. */
  @ApiProperty({ type: 'string', nullable: true, example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string | null;

  /** Number of the event within its ingestion or webhook. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 17 })
  sequence: number;

  /** Time at which the gateway saw the event. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T02:07:43.120Z' })
  observedAt: string;

  /** `pending`: an attempt is due or under way. `failed`: no attempt follows. */
  @ApiProperty({ enum: DELIVERY_STATES, enumName: 'WebhookDeliveryState', example: 'succeeded' })
  state: DeliveryState;

  /** Attempts so far, since it was created or sent again. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  attempts: number;

  /** Time of the last attempt; null before the first one. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:44.020Z' })
  lastAttemptAt: string | null;

  /** Time of the next attempt; null if none follows. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  nextAttemptAt: string | null;

  /** HTTP status of the last answer; null without an answer. */
  @ApiProperty({ type: 'integer', nullable: true, example: 204 })
  statusCode: number | null;

  /**
   * Why the last attempt failed; null if it did not. `status`: the answer was no 2xx. `address_not_allowed`: the receiver has an
   * internal address. `unreachable`: there was no connection. `dropped`: the connection closed before the answer. `timeout`:
   * there was no answer within 15 s. `event_expired`: the log no longer has the event. `secret_unreadable`: `DATA_KEY` has changed.
   */
  @ApiProperty({ enum: FAULTS, enumName: 'WebhookFault', nullable: true, example: null })
  fault: Fault | null;

  /** Duration of the last attempt; null before the first one. */
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true, example: 82 })
  durationMs: number | null;
}

@ApiSchema({ name: 'WebhookDeliveryList', description: 'Deliveries of a webhook, newest first.' })
export class DeliveryListDto {
  /** The deliveries. */
  @ApiProperty({ type: [DeliveryDto], maxItems: MAX_LIMIT })
  data: DeliveryDto[];

  /** Send it as `before` to get older ones; null if there are none. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 812 })
  next: number | null;
}

@ApiSchema({ name: 'WebhookTest', description: 'Result of a test message.' })
export class WebhookTestDto {
  /** Whether the receiver has accepted the message. */
  @ApiProperty({ example: true })
  isAccepted: boolean;

  /** The `webhook-id` of the message. */
  @ApiProperty({ example: 'msg_2b7Zr5Lk0sVdEwYx8pT1nQ' })
  messageId: string;

  /** HTTP status of the answer; null without an answer. */
  @ApiProperty({ type: 'integer', nullable: true, example: 204 })
  statusCode: number | null;

  /** Why it failed, as for deliveries; null if it was accepted. */
  @ApiProperty({ enum: FAULTS, enumName: 'WebhookFault', nullable: true, example: null })
  fault: Fault | null;

  /** Duration of the attempt. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 82 })
  durationMs: number;
}

/** Part of the deliveries of a webhook. */
export class DeliveryQueryDto {
  /** `next` of the previous answer. */
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    required: false,
    example: 812,
  })
  @EmptyIsAbsent()
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  before?: number;

  /** Maximum number of deliveries. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    required: false,
    example: DEFAULT_LIMIT,
  })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, MAX_LIMIT)
  limit?: number;
}
