import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** Where a failure happened; the words of Airbyte. `unknown`: not reported, or a value of a later version. */
export const FAILURE_ORIGINS = [
  'source',
  'destination',
  'replication',
  'persistence',
  'airbyte_platform',
  'normalization',
  'dbt',
  'unknown',
] as const;
export type FailureOrigin = (typeof FAILURE_ORIGINS)[number];

/** Kind of failure; the words of Airbyte. `unknown`: not reported, or a value of a later version. */
export const FAILURE_TYPES = [
  'config_error',
  'system_error',
  'manual_cancellation',
  'refresh_schema',
  'heartbeat_timeout',
  'destination_timeout',
  'transient_error',
  'unknown',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** What the caller can do. */
export const ADVICES = ['fix_configuration', 'run_again', 'wait', 'contact_support'] as const;
export type Advice = (typeof ADVICES)[number];

@ApiSchema({ name: 'RunFailure', description: 'Why a run or an attempt failed, as Airbyte reports it.' })
export class RunFailureDto {
  /** Where the failure happened. */
  @ApiProperty({ enum: FAILURE_ORIGINS, enumName: 'FailureOrigin', example: 'source' })
  origin: FailureOrigin;

  /** Kind of failure. */
  @ApiProperty({ enum: FAILURE_TYPES, enumName: 'FailureType', example: 'config_error' })
  type: FailureType;

  /** Message of Airbyte or the connector, with secrets masked; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'The password of the user was changed.' })
  message: string | null;

  /** Whether Airbyte regards a retry as useful; null if it does not report it. */
  @ApiProperty({ type: 'boolean', nullable: true, example: false })
  retryable: boolean | null;

  /**
   * What to do: `fix_configuration`: correct the source, the destination or the streams. `run_again`: start a run.
   * `wait`: the cause is temporary, or Airbyte tries again by itself. `contact_support`: ask the operator of Airbyte.
   */
  @ApiProperty({ enum: ADVICES, enumName: 'FailureAdvice', example: 'fix_configuration' })
  advice: Advice;

  /** Time of the failure; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  at: string | null;
}
