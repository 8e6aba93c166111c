import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, ValidateNested } from 'class-validator';
import { ForeignNames } from '../../../api/validation/foreign-names';
import { IsName, IsOneOf, NAME_PATTERN } from '../../../api/validation/decorators';
import { WRITABLE_STATUSES, type WritableStatus } from './create-ingestion.dto';
import { SCHEDULE_OBJECT, ScheduleRequestDto } from '../../core/dto/schedule.dto';

const FIXED = {
  reason: 'cannot be changed',
  hint: 'Create another ingestion with POST /ingestion, then delete this one.',
};

@ForeignNames({
  sourceId: FIXED,
  destinationId: FIXED,
  connectionId: FIXED,
  workspaceId: FIXED,
  streams: {
    reason: 'cannot be changed',
    hint: 'Change the streams in Airbyte, or create another ingestion with POST /ingestion.',
  },
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
   * The new schedule, in UTC. A schedule that equals the stored one changes nothing in Airbyte. If the stored
   * schedule has another time zone, a new one requires `timeZone` `UTC`.
   */
  @ApiProperty({ type: () => ScheduleRequestDto, nullable: true, required: false })
  @IsOptional()
  @IsObject({
    message: 'must be an object or null',
    context: SCHEDULE_OBJECT,
  })
  @ValidateNested()
  @Type(() => ScheduleRequestDto)
  schedule?: ScheduleRequestDto | null;

  /** Whether the schedule is active. */
  @ApiProperty({
    enum: WRITABLE_STATUSES,
    enumName: 'WritableStatus',
    nullable: true,
    required: false,
    example: 'active',
  })
  @IsOptional()
  @IsOneOf(WRITABLE_STATUSES)
  status?: WritableStatus | null;
}
