import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { INGESTION_STATUSES, type IngestionStatus } from '../../core/dto/ingestion.dto';
import { ScheduleDto } from '../../core/dto/schedule.dto';
import { RunDto } from '../../core/dto/run.dto';
import {
  type Health,
  type HealthCode,
  HEALTH_CODES,
  HEALTHS,
  NEXT_SYNC_REASONS,
  type NextSyncReason,
  SYNC_STATES,
  type SyncState,
} from '../../core/status-enums';

@ApiSchema({ name: 'HealthReason', description: 'One thing that is wrong with an ingestion.' })
export class HealthReasonDto {
  /** What is wrong. */
  @ApiProperty({ enum: HEALTH_CODES, enumName: 'HealthCode', example: 'failing' })
  code: HealthCode;

  /** For people; its words may change. */
  @ApiProperty({ example: 'The newest 3 syncs failed.' })
  message: string;

  /** Since when; null where that cannot be told. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-13T02:04:00.000Z' })
  since: string | null;
}

@ApiSchema({ name: 'IngestionStatusReport', description: 'How an ingestion stands.' })
export class IngestionStatusDto {
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  /** Whether the schedule is in force; it says nothing about how syncs end. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** When the newest succeeded sync or refresh ended; null if none is on record. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  lastSync: string | null;

  /**
   * The next firing of the schedule that Airbyte holds, by Airbyte's own rules; null if it will not fire.
   * Airbyte starts syncs up to 30 minutes later than scheduled.
   */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-16T02:00:00.000Z' })
  nextSync: string | null;

  /** The schedule that Airbyte holds; null if it holds none that can be told. */
  @ApiProperty({ type: () => ScheduleDto, nullable: true })
  schedule: ScheduleDto | null;

  /** Airbyte's own word for the status where `status` is `unknown`, null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** Whether a run is waiting or under way. */
  @ApiProperty({ enum: SYNC_STATES, enumName: 'SyncState', example: 'idle' })
  syncState: SyncState;

  /** The newest sync or refresh that has ended, however it ended; null if none has. */
  @ApiProperty({ type: () => RunDto, nullable: true })
  lastRun: RunDto | null;

  /** The run that is waiting or under way, of whatever type; null if none is. */
  @ApiProperty({ type: () => RunDto, nullable: true })
  currentRun: RunDto | null;

  /** Failed syncs since the newest success, cancelled ones passed over; looked for among the newest 40 runs. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 40, example: 0 })
  consecutiveFailures: number;

  /** Why there is a next sync, or none. */
  @ApiProperty({ enum: NEXT_SYNC_REASONS, enumName: 'NextSyncReason', example: 'scheduled' })
  nextSyncReason: NextSyncReason;

  /** The next three firings, fewer where the schedule ends; the first is `nextSync`. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    maxItems: 3,
    example: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
  })
  nextSyncs: string[];

  /** The most pressing thing that can be said of it; docs/status.md has the rules. */
  @ApiProperty({ enum: HEALTHS, enumName: 'Health', example: 'healthy' })
  health: Health;

  /** Everything that is wrong with it, also what `health` has no room for. */
  @ApiProperty({ type: [HealthReasonDto], maxItems: 5 })
  healthReasons: HealthReasonDto[];

  /** When Airbyte was asked. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  observedAt: string;
}
