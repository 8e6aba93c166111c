import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PAUSED_BY, type PausedBy } from '../../core/pause';
import { RUN_TYPES, type RunType } from '../../core/dto/run.dto';
import { RunFailureDto } from '../../core/dto/run-failure.dto';

/** Kind of event. `unknown`: a value of a later Airbyte version. */
const HISTORY_KINDS = [
  'run_started',
  'run_succeeded',
  'run_incomplete',
  'run_failed',
  'run_cancelled',
  'settings_changed',
  'streams_changed',
  'connector_updated',
  'activated',
  'paused',
  'unknown',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

@ApiSchema({ name: 'HistoryActor', description: 'The cause of an event.' })
export class HistoryActorDto {
  /**
   * `user`: a user of Airbyte, such as the one of the gateway. `gateway`: a caller of the gateway, or the gateway itself at the
   * end of a pause. `airbyte`: nobody, for example a firing of the schedule.
   */
  @ApiProperty({ enum: PAUSED_BY, enumName: 'HistoryActorKind', example: 'user' })
  kind: PausedBy;

  /** Name of the user in Airbyte or of the caller; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Ada' })
  name: string | null;
}

@ApiSchema({ name: 'HistoryChange', description: 'A changed setting.' })
export class HistoryChangeDto {
  /** `schedule`, or the name of another setting in Airbyte. */
  @ApiProperty({ example: 'prefix' })
  field: string;

  /** Value before, as text or JSON; null if there was none. A schedule is JSON with the members of `schedule` in a status. */
  @ApiProperty({ type: 'string', nullable: true, example: 'raw_' })
  from: string | null;

  /** Value after, as text or JSON; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'shop_' })
  to: string | null;
}

@ApiSchema({ name: 'HistoryEvent', description: 'One event of the history of an ingestion.' })
export class HistoryEventDto {
  /** Id of the event in Airbyte. */
  @ApiProperty({ example: '7f0c1c3e-6f2b-4b2a-9f57-0f8f2f3c8a11' })
  eventId: string;

  /** Time of the event. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T02:07:41.000Z' })
  at: string;

  /** Kind of the event. */
  @ApiProperty({ enum: HISTORY_KINDS, enumName: 'HistoryKind', example: 'paused' })
  kind: HistoryKind;

  /** User or system that caused the event. */
  @ApiProperty({ type: () => HistoryActorDto })
  by: HistoryActorDto;

  /** Run of the event; null if it is not about a run or Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  runId: string | null;

  /** Kind of the run; null if the event is not about a run. */
  @ApiProperty({ enum: RUN_TYPES, enumName: 'RunType', nullable: true, example: null })
  runType: RunType | null;

  /** Reason that Airbyte or the user gave, with secrets masked; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'The warehouse is being moved.' })
  reason: string | null;

  /** When the gateway ends the pause; null if the event is not the begin of a pause with an end. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  until: string | null;

  /** Reason of a failed run; null if it did not fail or Airbyte reports no reason. */
  @ApiProperty({ type: () => RunFailureDto, nullable: true })
  failure: RunFailureDto | null;

  /** Changed settings. */
  @ApiProperty({ type: [HistoryChangeDto], maxItems: 100 })
  changes: HistoryChangeDto[];

  /** Type of the event in Airbyte. */
  @ApiProperty({ example: 'CONNECTION_DISABLED' })
  upstreamType: string;
}

@ApiSchema({ name: 'History', description: 'A page of the history of an ingestion, newest first.' })
export class HistoryDto {
  @ApiProperty({ type: [HistoryEventDto], maxItems: 100 })
  data: HistoryEventDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
