import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsId, IsOneOf, IsText } from '../../../api/validation/decorators';
import { INGESTION_STATUSES, type IngestionStatus } from '../../core/dto/ingestion.dto';
import { SCHEDULE_TYPES, ScheduleDto } from '../../core/dto/schedule.dto';
import type { ScheduleType } from '../../schedule';
import {
  type Health,
  HEALTHS,
  NEXT_SYNC_REASONS,
  type NextSyncReason,
  SYNC_STATES,
  type SyncState,
} from '../../core/status-enums';
import { PageQueryDto } from '../../../api/pagination/page-query.dto';

/** Filter of a list. An ingestion is listed if it matches every given condition. */
export class IngestionListQueryDto extends PageQueryDto {
  /** Only ingestions with this status. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', required: false, example: 'active' })
  @IsOptional()
  @IsOneOf(INGESTION_STATUSES)
  status?: IngestionStatus;

  /** Only ingestions with this schedule type. */
  @ApiProperty({ enum: SCHEDULE_TYPES, enumName: 'ScheduleType', required: false, example: 'cron' })
  @IsOptional()
  @IsOneOf(SCHEDULE_TYPES)
  scheduleType?: ScheduleType;

  /** Only ingestions of this source. */
  @ApiProperty({
    required: false,
    example: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  })
  @IsOptional()
  @IsId('source')
  sourceId?: string;

  /** Only ingestions to this destination. */
  @ApiProperty({
    required: false,
    example: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
  })
  @IsOptional()
  @IsId('destination')
  destinationId?: string;

  /** Part of the name, case-insensitive. */
  @ApiProperty({ minLength: 1, maxLength: 255, required: false, example: 'orders' })
  @IsOptional()
  @IsText(1, 255)
  name?: string;

  /** Only ingestions with this health. */
  @ApiProperty({ enum: HEALTHS, enumName: 'Health', required: false, example: 'failing' })
  @IsOptional()
  @IsOneOf(HEALTHS)
  health?: Health;
}

@ApiSchema({ name: 'IngestionListItem', description: 'One ingestion of a list.' })
export class IngestionListItemDto {
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  @ApiProperty({ example: 'Orders to warehouse' })
  name: string;

  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;

  /** Whether the schedule is active. Independent of the results of syncs. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** Airbyte's status if `status` is `unknown`; null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** The stored schedule. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** End of the newest successful sync or refresh; null if there is none. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  lastSync: string | null;

  /** Next firing of the schedule; null if it will not fire. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-16T02:00:00.000Z' })
  nextSync: string | null;

  /** Reason for the presence or absence of a next sync. */
  @ApiProperty({ enum: NEXT_SYNC_REASONS, enumName: 'NextSyncReason', example: 'scheduled' })
  nextSyncReason: NextSyncReason;

  /** Whether a run is queued or running. */
  @ApiProperty({ enum: SYNC_STATES, enumName: 'SyncState', example: 'idle' })
  syncState: SyncState;

  /** The most severe health value that applies. The status gives the reasons. */
  @ApiProperty({ enum: HEALTHS, enumName: 'Health', example: 'healthy' })
  health: Health;

  /**
   * Longest time without new data, after which the ingestion is `stale`: its own, or that of the setting `FRESHNESS`. Null: two
   * intervals of the schedule.
   */
  @ApiProperty({ type: 'string', nullable: true, example: 'PT26H' })
  freshness: string | null;

  /** Creation time, in whole seconds; null if Airbyte does not report it (before December 2024). */
  @ApiProperty({ type: 'string', nullable: true, format: 'date-time', example: '2026-01-15T10:13:20.000Z' })
  created: string | null;
}

@ApiSchema({ name: 'IngestionList', description: 'A page of ingestions.' })
export class IngestionListDto {
  @ApiProperty({ type: [IngestionListItemDto] })
  data: IngestionListItemDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
