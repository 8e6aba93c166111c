import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from '../../core/dto/schedule.dto';

@ApiSchema({ name: 'UncheckedField', description: 'A field that could not be checked.' })
export class UncheckedFieldDto {
  /** Path of the field. */
  @ApiProperty({ example: 'streams' })
  field: string;

  /** Why it could not be checked. */
  @ApiProperty({ example: 'Airbyte is still reading the schema of the source. Check again in a minute.' })
  reason: string;
}

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

  /** Fields that a creation may refuse although this check does not; empty where everything was checked. */
  @ApiProperty({ type: [UncheckedFieldDto], maxItems: 1, example: [] })
  unchecked: UncheckedFieldDto[];
}
