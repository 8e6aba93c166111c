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

/** Which ingestions to list: those to which all that is given applies. */
export class IngestionListQueryDto extends PageQueryDto {
  /** Only those in this status. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', required: false, example: 'active' })
  @IsOptional()
  @IsOneOf(INGESTION_STATUSES)
  status?: IngestionStatus;

  /** Only those with this kind of schedule. */
  @ApiProperty({ enum: SCHEDULE_TYPES, enumName: 'ScheduleType', required: false, example: 'cron' })
  @IsOptional()
  @IsOneOf(SCHEDULE_TYPES)
  scheduleType?: ScheduleType;

  /** Only those of this source. */
  @ApiProperty({
    required: false,
    example: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  })
  @IsOptional()
  @IsId('a source')
  sourceId?: string;

  /** Only those to this destination. */
  @ApiProperty({
    required: false,
    example: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
  })
  @IsOptional()
  @IsId('a destination')
  destinationId?: string;

  /** A part of the name, in whatever case. */
  @ApiProperty({ minLength: 1, maxLength: 255, required: false, example: 'orders' })
  @IsOptional()
  @IsText(1, 255)
  name?: string;

  /** Only those with this health. */
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

  /** Whether the schedule is in force; it says nothing about how syncs end. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** Airbyte's own word for the status where `status` is `unknown`, null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** The schedule that Airbyte holds. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** When the newest succeeded sync or refresh ended; null if none is on record. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  lastSync: string | null;

  /** The next firing of the schedule; null if it will not fire. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-16T02:00:00.000Z' })
  nextSync: string | null;

  /** Why there is a next sync, or none. */
  @ApiProperty({ enum: NEXT_SYNC_REASONS, enumName: 'NextSyncReason', example: 'scheduled' })
  nextSyncReason: NextSyncReason;

  /** Whether a run is waiting or under way. */
  @ApiProperty({ enum: SYNC_STATES, enumName: 'SyncState', example: 'idle' })
  syncState: SyncState;

  /** The most pressing thing that can be said of it; its status says why. */
  @ApiProperty({ enum: HEALTHS, enumName: 'Health', example: 'healthy' })
  health: Health;

  /** When Airbyte made the connection, in whole seconds; null where Airbyte does not report it (before December 2024). */
  @ApiProperty({ type: 'string', nullable: true, format: 'date-time', example: '2026-01-15T10:13:20.000Z' })
  created: string | null;
}

@ApiSchema({ name: 'IngestionList', description: 'A page of ingestions.' })
export class IngestionListDto {
  @ApiProperty({ type: [IngestionListItemDto] })
  data: IngestionListItemDto[];

  /** Asks for the next page; null after the last. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
