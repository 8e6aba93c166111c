import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** Origins of a failure, with Airbyte's names. `unknown`: not reported, or a value of a later version. */
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

/** Kinds of failure, with Airbyte's names. `unknown`: not reported, or a value of a later version. */
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

/** Actions that can correct a failure. */
export const ADVICES = ['fix_configuration', 'run_again', 'wait', 'contact_support'] as const;
export type Advice = (typeof ADVICES)[number];

@ApiSchema({ name: 'RunFailure', description: 'Reason of a failed run or attempt, as Airbyte reports it.' })
export class RunFailureDto {
  /** Component in which the failure happened. */
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
   * Recommended action. `fix_configuration`: correct the source, the destination or the streams. `run_again`: start a run.
   * `wait`: the cause is temporary, or Airbyte tries again by itself. `contact_support`: ask the operator of Airbyte.
   */
  @ApiProperty({ enum: ADVICES, enumName: 'FailureAdvice', example: 'fix_configuration' })
  advice: Advice;

  /** Time of the failure; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  at: string | null;
}
