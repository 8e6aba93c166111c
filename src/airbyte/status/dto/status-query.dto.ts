import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsOneOf } from '../../../api/validation/decorators';
import { OptionalDuration } from '../../core/dto/duration-field';

/** Additional parts of a status. */
const PARTS = ['runs'] as const;

/** Query of a status, and of several. */
export class FreshnessQueryDto {
  /** Data older than this is stale, whatever the schedule and the objective of the ingestion. */
  @OptionalDuration()
  freshness?: string;
}

/** Query of one status. */
export class StatusQueryDto extends FreshnessQueryDto {
  /** `runs`: also return the newest 30 runs. */
  @ApiProperty({ enum: PARTS, enumName: 'StatusPart', required: false, example: 'runs' })
  @IsOptional()
  @IsOneOf(PARTS)
  include?: (typeof PARTS)[number];
}
