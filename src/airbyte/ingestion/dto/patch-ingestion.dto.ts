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
  description: 'What is to change: what is left out or null stays as it is, streams and all.',
})
export class PatchIngestionDto {
  /** What people will call it: not blank, no control characters. */
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
   * The schedule that a read gave may be sent back as it is: then nothing is sent to Airbyte. Another one is taken as
   * for a creation, in UTC: an ingestion whose schedule is in another zone is only moved when `timeZone` says `UTC`.
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

  /** Whether the schedule is in force. */
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
