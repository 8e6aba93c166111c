import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ListedRunDto } from '../../airbyte/core/dto/listed-run.dto';
import { IngestionStatusDto } from '../../airbyte/status/dto/ingestion-status.dto';
import { AUTOMATIC_REASONS, type AutomaticReason, EVENT_TYPES, type EventType } from '../event-types';

@ApiSchema({ name: 'EventLinks', description: 'Paths of what an event is about.' })
export class EventLinksDto {
  /** The ingestion; null if the event is about a webhook. */
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: '/ingestion/conn-12345678-1234-1234-1234-123456789012',
  })
  ingestion: string | null;

  /** Its status; null if the event is about a webhook. */
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: '/ingestion/conn-12345678-1234-1234-1234-123456789012/status',
  })
  status: string | null;

  /** The run; null if the event is not about one. */
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: '/ingestion/conn-12345678-1234-1234-1234-123456789012/runs/9988',
  })
  run: string | null;

  /** The webhook; null if the event is about an ingestion. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  webhook: string | null;
}

@ApiSchema({ name: 'DisabledWebhook', description: 'A webhook that the gateway has disabled.' })
export class DisabledWebhookDto {
  /** Identifies the webhook. */
  @ApiProperty({ example: 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw' })
  webhookId: string;

  /** `gone`: the receiver answered 410. `failing`: every attempt has failed for five days. */
  @ApiProperty({ enum: AUTOMATIC_REASONS, enumName: 'AutomaticDisabledReason', example: 'failing' })
  reason: AutomaticReason;

  /** Since when every attempt had failed. */
  @ApiProperty({ format: 'date-time', example: '2026-01-10T02:07:41.000Z' })
  failingSince: string;
}

@ApiSchema({
  name: 'Event',
  description: 'A change that was read from Airbyte, or of a webhook by the gateway.',
})
export class EventDto {
  /** Identifies the change. An event that is delivered again has the same id. */
  @ApiProperty({ maxLength: 64, example: 'evt_kT3v0bqB6m1d9uEo4pXy2w' })
  id: string;

  /** Kind of the change. */
  @ApiProperty({ enum: EVENT_TYPES, enumName: 'EventType', example: 'run.failed' })
  type: EventType;

  /** Time of the change. If Airbyte does not report it, the time at which the gateway saw the change. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T02:07:41.000Z' })
  occurredAt: string;

  /** Time at which the gateway saw the change. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T02:07:43.120Z' })
  observedAt: string;

  /** Number of the event within its ingestion or webhook, from 1 and without gaps. It gives the order. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 17 })
  sequence: number;

  /** The ingestion; null if the type is `webhook.disabled`. */
  @ApiProperty({ type: 'string', nullable: true, example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string | null;

  /** The workspace; null for a webhook of all workspaces. */
  @ApiProperty({ type: 'string', nullable: true, example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string | null;

  /**
   * The run at the time of the event; null if the type does not begin with `run.`. `failure` of a failed run is null
   * also if Airbyte did not give the reason within a second.
   */
  @ApiProperty({ type: () => ListedRunDto, nullable: true })
  run: ListedRunDto | null;

  /** The status after the change; null if the type does not begin with `ingestion.` or is `ingestion.deleted`. */
  @ApiProperty({ type: () => IngestionStatusDto, nullable: true })
  status: IngestionStatusDto | null;

  /** The webhook; null if the type is not `webhook.disabled`. */
  @ApiProperty({ type: () => DisabledWebhookDto, nullable: true })
  webhook: DisabledWebhookDto | null;

  @ApiProperty({ type: () => EventLinksDto })
  links: EventLinksDto;
}

@ApiSchema({ name: 'EventList', description: 'A part of the event log, oldest event first.' })
export class EventListDto {
  @ApiProperty({ type: [EventDto], maxItems: 500 })
  data: EventDto[];

  /** Send it as `after` to continue, also after an empty answer. */
  @ApiProperty({ maxLength: 64, example: 'pos_1768442863120-0' })
  next: string;

  /** Whether more events may follow now. An answer can be empty although more follow, because filters apply to a part. */
  @ApiProperty({ example: false })
  hasMore: boolean;

  /** Time in seconds for which events are kept (`EVENTS_RETENTION_S`). */
  @ApiProperty({ type: 'integer', minimum: 1, example: 604800 })
  retentionSeconds: number;

  /** The oldest events are dropped if there are more than this. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 200000 })
  maxEvents: number;

  /** When the oldest kept event was observed; null if there is none. Earlier ones were dropped or never recorded. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-08T10:30:00.000Z' })
  oldestObservedAt: string | null;

  /** The log has every change that Airbyte showed before this time; null if it has not begun. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T10:30:00.000Z' })
  completeUntil: string | null;
}
