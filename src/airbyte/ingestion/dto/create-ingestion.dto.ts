import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ForeignNames } from '../../../api/validation/foreign-names';
import { ID_PATTERN, IsId, IsName, NAME_PATTERN } from '../../../api/validation/decorators';
import type { ScheduleRequestDto } from '../../core/dto/schedule.dto';
import type { StreamRequestDto } from '../../core/dto/stream.dto';
import { OptionalFreshness } from '../../core/dto/duration-field';
import { FOREIGN_FIELDS } from './foreign-fields';
import { OptionalSchedule, OptionalStatus, OptionalStreams, type WritableStatus } from './ingestion-fields';

@ForeignNames({
  ...FOREIGN_FIELDS,
  workspaceId: { hint: 'Leave it out: an ingestion belongs to the workspace of its source.' },
})
@ApiSchema({
  name: 'CreateIngestionInput',
  description: 'A new ingestion: an existing source, an existing destination and a schedule.',
})
export class CreateIngestionDto {
  /** Display name: not blank, no control characters. Airbyte does not require unique names. */
  @ApiProperty({ minLength: 1, maxLength: 255, pattern: NAME_PATTERN, example: 'Orders to warehouse' })
  @IsName(255)
  name: string;

  /** Id of an existing source. */
  @ApiProperty({ pattern: ID_PATTERN.source, example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  @IsId('source')
  sourceId: string;

  /** Id of an existing destination. */
  @ApiProperty({ pattern: ID_PATTERN.source, example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  @IsId('destination')
  destinationId: string;

  /** Default: `manual`, syncs only on request. */
  @OptionalSchedule()
  schedule?: ScheduleRequestDto | null;

  /** Whether the schedule is active. Default: `active`. */
  @OptionalStatus({ default: 'active' })
  status?: WritableStatus | null;

  /**
   * Streams to sync. **Default: Airbyte syncs every stream of the source and overwrites its data in the
   * destination on each sync** (full refresh, overwrite).
   */
  @OptionalStreams('for every stream')
  streams?: StreamRequestDto[] | null;

  /**
   * Freshness objective, an ISO 8601 duration: the longest time without new data, after which the ingestion is `stale`. Default:
   * the setting `FRESHNESS`, or two intervals of the schedule. It is stored as a tag in Airbyte; needs the capability `freshness`.
   */
  @OptionalFreshness()
  freshness?: string | null;
}
