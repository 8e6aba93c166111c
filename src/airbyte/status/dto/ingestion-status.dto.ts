import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { INGESTION_STATUSES, type IngestionStatus } from '../../core/dto/ingestion.dto';
import { PauseDto } from '../../core/dto/pause.dto';
import { ScheduleDto } from '../../core/dto/schedule.dto';
import { ListedRunDto } from '../../core/dto/listed-run.dto';
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

@ApiSchema({ name: 'HealthReason', description: 'A health problem of an ingestion.' })
export class HealthReasonDto {
  /** Kind of problem. */
  @ApiProperty({ enum: HEALTH_CODES, enumName: 'HealthCode', example: 'failing' })
  code: HealthCode;

  /** Explanation for humans; the wording may change. */
  @ApiProperty({ example: 'The newest 3 syncs failed.' })
  message: string;

  /** Time when the problem began; null if unknown. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-13T02:04:00.000Z' })
  since: string | null;
}

@ApiSchema({
  name: 'WithinFreshness',
  description: 'Part of the last 28 days in which data was as recent as the freshness objective demands.',
})
export class WithinFreshnessDto {
  /** Share of the observed time, rounded down to four decimals. 1: always. */
  @ApiProperty({ minimum: 0, maximum: 1, example: 0.9985 })
  share: number;

  /** Begin of the observed time: 28 days ago, or later if the oldest success that the gateway knows is newer. */
  @ApiProperty({ format: 'date-time', example: '2025-12-18T10:30:00.000Z' })
  since: string;

  /** Length of the observed time, rounded down to seconds. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 2_419_200, example: 2_419_200 })
  observedSeconds: number;
}

@ApiSchema({ name: 'IngestionStatusReport', description: 'Status of an ingestion.' })
export class IngestionStatusDto {
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  /** Whether the schedule is active. Independent of the results of syncs. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** End of the newest successful sync or refresh; null if there is none. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  lastSync: string | null;

  /**
   * Next firing of the schedule by Airbyte's rules; null if it will not fire. Airbyte starts syncs up to 30
   * minutes late.
   */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-16T02:00:00.000Z' })
  nextSync: string | null;

  /** The stored schedule; null if it cannot be read. */
  @ApiProperty({ type: () => ScheduleDto, nullable: true })
  schedule: ScheduleDto | null;

  /** Airbyte's status if `status` is `unknown`; null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** Whether a run is queued or running. */
  @ApiProperty({ enum: SYNC_STATES, enumName: 'SyncState', example: 'idle' })
  syncState: SyncState;

  /**
   * The newest sync or refresh that ended, whatever its result; null if none did. The reason of a failed one is read once, so it
   * may come a moment after the run.
   */
  @ApiProperty({ type: () => ListedRunDto, nullable: true })
  lastRun: ListedRunDto | null;

  /** The queued or running run of any type; null if there is none. */
  @ApiProperty({ type: () => RunDto, nullable: true })
  currentRun: RunDto | null;

  /** Failed syncs since the newest success among the newest 40 runs. Cancelled syncs are ignored. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 40, example: 0 })
  consecutiveFailures: number;

  /**
   * Longest time without new data, after which the ingestion is `stale`: of this request, of the ingestion, or of the setting
   * `FRESHNESS`. Null: two intervals of the schedule.
   */
  @ApiProperty({ type: 'string', nullable: true, example: 'PT26H' })
  freshness: string | null;

  /**
   * Time within the objective `freshness`. It moves on with the time, so the entity tag excludes it. Null without an objective, and
   * without a success.
   */
  @ApiProperty({ type: () => WithinFreshnessDto, nullable: true })
  withinFreshness: WithinFreshnessDto | null;

  /** Reason for the presence or absence of a next sync. */
  @ApiProperty({ enum: NEXT_SYNC_REASONS, enumName: 'NextSyncReason', example: 'scheduled' })
  nextSyncReason: NextSyncReason;

  /** The next three firings, or fewer if the schedule ends. The first equals `nextSync`. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    maxItems: 3,
    example: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
  })
  nextSyncs: string[];

  /** The most severe health value that applies. See docs/status.md for the rules. */
  @ApiProperty({ enum: HEALTHS, enumName: 'Health', example: 'healthy' })
  health: Health;

  /** All health problems, also those that `health` does not show. */
  @ApiProperty({ type: [HealthReasonDto], maxItems: 7 })
  healthReasons: HealthReasonDto[];

  /**
   * The pause; null if the ingestion is not paused, or if Airbyte does not report who paused it (capability `history`).
   */
  @ApiProperty({ type: () => PauseDto, nullable: true })
  pause: PauseDto | null;

  /** The newest 30 runs, newest first, with `include=runs`; null without it. */
  @ApiProperty({ type: [RunDto], nullable: true, maxItems: 30, example: null })
  runs: RunDto[] | null;

  /** Time when the oldest fact of this status was read from Airbyte. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  observedAt: string;
}
