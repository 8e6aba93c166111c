import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsOneOf } from '../../../common/validation/decorators';
import { ScheduleDto } from './schedule.dto';

const BOOLEANS = ['true', 'false'] as const;

/** Whether to create at all. */
export class CreateIngestionQueryDto {
  /** `true`: everything that can be checked without creating anything is checked, and nothing is created. */
  @ApiProperty({ type: 'boolean', default: false, required: false, example: true })
  @IsOptional()
  @IsOneOf(BOOLEANS)
  validateOnly?: string;
}

@ApiSchema({ name: 'CreationCheck', description: 'What a creation would come to.' })
export class CreationCheckDto {
  /** As it would be answered; null where none was sent. */
  @ApiProperty({ type: () => ScheduleDto, nullable: true })
  schedule: ScheduleDto | null;

  /** What the schedule means in Airbyte's own dialect; null where it never fires by itself. */
  @ApiProperty({ type: 'string', nullable: true, example: '0 0 2 * * ?' })
  quartzExpression: string | null;

  /** The first three firings, were it created now; none where it would be inactive or manual. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    maxItems: 3,
    example: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
  })
  nextSyncs: string[];
}
