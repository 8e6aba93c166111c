import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PauseField, type PauseRequestDto } from '../../pause/dto/pause-request.dto';
import { IsOptional } from 'class-validator';
import { ForeignNames } from '../../../api/validation/foreign-names';
import { IsName, NAME_PATTERN } from '../../../api/validation/decorators';
import { OptionalFreshness } from '../../core/dto/duration-field';
import { FOREIGN_FIELDS } from './foreign-fields';
import { OptionalSchedule, OptionalStatus, OptionalStreams, type WritableStatus } from './ingestion-fields';
import type { ScheduleRequestDto } from '../../core/dto/schedule.dto';
import type { StreamRequestDto } from '../../core/dto/stream.dto';

const FIXED = {
  reason: 'cannot be changed',
  hint: 'Create another ingestion with POST /ingestion, then delete this one.',
};

@ForeignNames({
  ...FOREIGN_FIELDS,
  sourceId: FIXED,
  destinationId: FIXED,
  connectionId: FIXED,
  workspaceId: FIXED,
})
@ApiSchema({
  name: 'PatchIngestionInput',
  description: 'Fields to change. Fields that are absent or null stay unchanged.',
})
export class PatchIngestionDto {
  /** Display name: not blank, no control characters. */
  @ApiProperty({
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: NAME_PATTERN,
    nullable: true,
    required: false,
    example: 'Orders to warehouse',
  })
  @IsOptional()
  @IsName(255)
  name?: string | null;

  /**
   * The new schedule. A schedule that equals the stored one changes nothing in Airbyte. If the stored schedule has a time
   * zone other than UTC, a new expression must name its `timeZone`.
   */
  @OptionalSchedule()
  schedule?: ScheduleRequestDto | null;

  /** Whether the schedule is active. */
  @OptionalStatus()
  status?: WritableStatus | null;

  /**
   * The new list of streams, which replaces the whole list: streams that it does not name are no longer synced.
   * Their tables stay. Absent members of a stream get their defaults. A list that equals the stored one changes nothing.
   */
  @OptionalStreams('to keep the streams')
  streams?: StreamRequestDto[] | null;

  /**
   * The new freshness objective, an ISO 8601 duration; `default` removes it. It is stored as a tag in Airbyte; needs the
   * capability `freshness`.
   */
  @OptionalFreshness({ orDefault: true })
  freshness?: string | null;

  /**
   * Reason and end of a pause, with the status `inactive` or for an ingestion that is inactive. `active` ends the pause.
   * Needs the capability `pauseReasons`.
   */
  @PauseField({ required: false })
  pause?: PauseRequestDto | null;
}
