import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import {
  HoldsNoList,
  IsOneOf,
  IsOptionalText,
  IsText,
  IsWholeNumber,
} from '../../../api/validation/decorators';

/** `unknown`: a value of a later Airbyte version. */
export const RUN_STATUSES = [
  'pending',
  'queued',
  'running',
  'incomplete',
  'succeeded',
  'failed',
  'cancelled',
  'unknown',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Only `sync` and `refresh` move data. */
export const RUN_TYPES = ['sync', 'refresh', 'reset', 'clear', 'unknown'] as const;
export type RunType = (typeof RUN_TYPES)[number];

const CONFLICT_CHOICES = ['refuse', 'attach'] as const;
export type ConflictChoice = (typeof CONFLICT_CHOICES)[number];

/** Types of runs that can be started. */
export const STARTABLE_TYPES = ['sync', 'refresh', 'clear'] as const;
export type StartableType = (typeof STARTABLE_TYPES)[number];

export const REFRESH_MODES = ['merge', 'truncate'] as const;
export type RefreshMode = (typeof REFRESH_MODES)[number];

const MAX_STREAMS = 1000;
const STREAMS_HINT = 'Write the streams as [{"name": "orders"}], or leave them out for all streams.';

@ApiSchema({ name: 'RunStreamInput', description: 'A stream of the ingestion.' })
export class RunStreamRequestDto {
  /** Name of the stream. */
  @ApiProperty({ minLength: 1, maxLength: 1000, example: 'orders' })
  @IsText(1, 1000)
  name: string;

  /** Namespace of the stream. Leave it out if the stream has none. */
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: 1000, example: null })
  @IsOptionalText(1000, 'Give the namespace of the stream, or leave it out.')
  namespace?: string | null;
}

@ApiSchema({ name: 'StartRunInput', description: 'Options of a start. The body is optional.' })
export class StartRunDto {
  /**
   * For a sync, if a run is in progress: `refuse` answers 409, `attach` answers 200 with that run. Default for a sync:
   * `refuse`.
   */
  @ApiProperty({
    enum: CONFLICT_CHOICES,
    enumName: 'ConflictChoice',
    required: false,
    nullable: true,
    example: 'attach',
  })
  @IsOptional()
  @IsOneOf(CONFLICT_CHOICES)
  onConflict?: ConflictChoice | null;

  /**
   * `sync`: moves what is new. `refresh`: reads the streams again from the beginning. `clear`: empties the tables and reads
   * nothing; the next sync begins from the beginning. A refresh and a clear cancel a sync in progress.
   */
  @ApiProperty({
    enum: STARTABLE_TYPES,
    enumName: 'StartableRunType',
    required: false,
    nullable: true,
    default: 'sync',
    example: 'sync',
  })
  @IsOptional()
  @IsOneOf(STARTABLE_TYPES)
  type?: StartableType | null;

  /**
   * For a refresh. `merge`: keeps the rows in the tables. `truncate`: removes rows that the source no longer has. Default for
   * a refresh: `merge`.
   */
  @ApiProperty({
    enum: REFRESH_MODES,
    enumName: 'RefreshMode',
    required: false,
    nullable: true,
    example: 'merge',
  })
  @IsOptional()
  @IsOneOf(REFRESH_MODES)
  mode?: RefreshMode | null;

  /** Streams to refresh or to clear. Default: all. */
  @ApiProperty({
    type: [RunStreamRequestDto],
    required: false,
    nullable: true,
    minItems: 1,
    maxItems: MAX_STREAMS,
  })
  @IsOptional()
  @IsArray({ message: 'must be an array of streams', context: { hint: STREAMS_HINT } })
  @ArrayMinSize(1, { message: 'must have at least one stream', context: { hint: STREAMS_HINT } })
  @ArrayMaxSize(MAX_STREAMS, {
    message: `must have at most ${MAX_STREAMS} streams`,
    context: { hint: STREAMS_HINT },
  })
  @HoldsNoList({ hint: STREAMS_HINT })
  @ValidateNested({ each: true, message: 'must be an object', context: { hint: STREAMS_HINT } })
  @Type(() => RunStreamRequestDto)
  streams?: RunStreamRequestDto[] | null;
}

/** Maximum of `wait`, in seconds. */
const MAX_WAIT_S = 60;

/** Query of a single run. */
export class RunQueryDto {
  /** Maximum time to wait for the end of the run, in seconds; 0 answers at once. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_WAIT_S, default: 0, required: false, example: 30 })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(0, MAX_WAIT_S)
  wait?: number;
}

@ApiSchema({ name: 'Run', description: 'One run of an ingestion; it is a job in Airbyte.' })
export class RunDto {
  /** Id of the run; it equals the id of Airbyte's job. */
  @ApiProperty({ example: '1' })
  runId: string;

  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  /** Kind of run. Only `sync` and `refresh` move data. */
  @ApiProperty({ enum: RUN_TYPES, enumName: 'RunType', example: 'sync' })
  type: RunType;

  /** `incomplete`: an attempt failed and Airbyte will try again. */
  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'succeeded' })
  status: RunStatus;

  /** Airbyte's status if `status` is `unknown`; null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** Time when the run was requested. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T02:00:00.000Z' })
  queuedAt: string;

  /** Start time; null where Airbyte does not report it. Only a single run has it, and only with the capability `attempts`. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  startedAt: string | null;

  /** End time; null until the run ends. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  endedAt: string | null;

  /** Time from request to end in milliseconds, including waiting; null until the run ends. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 461000 })
  durationMs: number | null;

  /** Rows committed to the destination; null if Airbyte does not report it. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 4200 })
  rows: number | null;

  /** Bytes committed to the destination; null if Airbyte does not report it. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 1048576 })
  bytes: number | null;
}
