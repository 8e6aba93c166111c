import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from './schedule.dto';

@ApiSchema({ name: 'CreationCheck', description: 'What a creation would come to.' })
export class CreationCheckDto {
  /** The schedule as creation would answer it; `manual` where none was sent. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

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
