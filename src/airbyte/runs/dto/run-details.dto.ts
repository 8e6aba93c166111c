import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ListedRunDto } from '../../core/dto/listed-run.dto';
import { RunFailureDto } from '../../core/dto/run-failure.dto';

const COUNT = { type: 'integer', format: 'int64', nullable: true } as const;

/** `unknown`: a value of a later Airbyte version. */
export const ATTEMPT_STATUSES = ['running', 'succeeded', 'failed', 'unknown'] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

@ApiSchema({ name: 'RunAttempt', description: 'One attempt of a run. Airbyte repeats a failed attempt.' })
export class RunAttemptDto {
  /** Number of the attempt; the first has 1. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  number: number;

  /** State of the attempt. `unknown`: a value of a later Airbyte version. */
  @ApiProperty({ enum: ATTEMPT_STATUSES, enumName: 'AttemptStatus', example: 'failed' })
  status: AttemptStatus;

  /** Start of the attempt; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:00:12.000Z' })
  startedAt: string | null;

  /** End of the attempt; null until it ends. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  endedAt: string | null;

  /** Rows that this attempt committed; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 4200 })
  rows: number | null;

  /** Bytes that this attempt committed; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 1048576 })
  bytes: number | null;

  /** Reason of the failure; null if the attempt did not fail or Airbyte reports no reason. */
  @ApiProperty({ type: () => RunFailureDto, nullable: true })
  failure: RunFailureDto | null;
}

@ApiSchema({ name: 'RunStream', description: 'Counts of one stream in a run.' })
export class RunStreamDto {
  @ApiProperty({ example: 'orders' })
  name: string;

  /** Null if the stream has none. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  namespace: string | null;

  /** Rows committed to the destination; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 4200 })
  rows: number | null;

  /** Bytes committed to the destination; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 1048576 })
  bytes: number | null;

  /** Rows read from the source; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 4200 })
  rowsRead: number | null;

  /** Rows that the destination rejected; null before Airbyte 1.8. */
  @ApiProperty({ ...COUNT, example: 0 })
  rowsRejected: number | null;
}

@ApiSchema({ name: 'RunProgress', description: 'Counts of a running sync.' })
export class RunProgressDto {
  /** Rows read from the source so far; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 2100 })
  rowsRead: number | null;

  /** Rows committed to the destination so far; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 2000 })
  rows: number | null;

  /** Bytes read from the source so far; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 524288 })
  bytesRead: number | null;

  /** Bytes committed to the destination so far; null if Airbyte does not report it. */
  @ApiProperty({ ...COUNT, example: 500000 })
  bytes: number | null;
}

@ApiSchema({ name: 'RunDetails', description: 'One run with its attempts and streams.' })
export class RunDetailsDto extends ListedRunDto {
  /** Attempts, oldest first; null if the capability `attempts` is off. */
  @ApiProperty({ type: [RunAttemptDto], nullable: true, maxItems: 100 })
  attempts: RunAttemptDto[] | null;

  /** Counts by stream; null if the capability `attempts` is off. Airbyte reports none before the first commit. */
  @ApiProperty({ type: [RunStreamDto], nullable: true, maxItems: 10000 })
  streams: RunStreamDto[] | null;

  /** Counts of a running sync; null if the run does not run, or if the capability `progress` is off. */
  @ApiProperty({ type: () => RunProgressDto, nullable: true })
  progress: RunProgressDto | null;
}
