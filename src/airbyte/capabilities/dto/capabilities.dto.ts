import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CAPABILITIES, CAPABILITY_STATES, type CapabilityState } from '../../internal/capability';

/** Events and webhooks need a place to be kept, and the others Airbyte's internal API. */
const NAMES = [...CAPABILITIES, 'events', 'webhooks'] as const;
/** One week, as in the settings. */
const MAX_TOLERANCE_MINUTES = 7 * 24 * 60;

@ApiSchema({ name: 'Capability', description: 'A feature that not every installation has.' })
export class CapabilityDto {
  /** Name of the feature. */
  @ApiProperty({ enum: NAMES, enumName: 'CapabilityName', example: 'failureReasons' })
  name: (typeof NAMES)[number];

  /** `unknown`: not used yet; the first use shows whether it works. */
  @ApiProperty({ enum: CAPABILITY_STATES, enumName: 'CapabilityState', example: 'on' })
  state: CapabilityState;

  /** Reason why the state is not `on`; null if it is `on`. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  reason: string | null;
}

@ApiSchema({ name: 'CallerInfo', description: 'The caller of this request.' })
export class CallerInfoDto {
  /** `key:<name>` of an API key, or `oidc:<subject>` of a token. */
  @ApiProperty({ example: 'key:etl' })
  name: string;

  /** Scopes of the caller. */
  @ApiProperty({ type: [String], maxItems: 1000, example: ['ingestion:read'] })
  scopes: string[];

  /** The only workspace of the caller; null if it has all workspaces. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  workspaceId: string | null;
}

@ApiSchema({ name: 'Capabilities', description: 'What this installation and this caller can do.' })
export class CapabilitiesDto {
  /** One entry for each feature. */
  @ApiProperty({ type: [CapabilityDto], maxItems: 100 })
  capabilities: CapabilityDto[];

  /**
   * A firing of a schedule without a run counts as missed after this time (`missed_run` in the health). Set with
   * `MISSED_RUN_TOLERANCE_MINUTES`.
   */
  @ApiProperty({ type: 'integer', format: 'int32', minimum: 1, maximum: MAX_TOLERANCE_MINUTES, example: 30 })
  missedRunToleranceMinutes: number;

  /** The caller; null if authentication is off. */
  @ApiProperty({ type: () => CallerInfoDto, nullable: true })
  caller: CallerInfoDto | null;
}
