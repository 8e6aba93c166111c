import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from '../../core/dto/schedule.dto';

@ApiSchema({ name: 'UncheckedField', description: 'A field that could not be checked.' })
export class UncheckedFieldDto {
  /** Path of the field. */
  @ApiProperty({ example: 'streams' })
  field: string;

  /** Reason why the field could not be checked. */
  @ApiProperty({ example: 'Airbyte is still reading the schema of the source. Check again in a minute.' })
  reason: string;
}

@ApiSchema({ name: 'CreationCheck', description: 'Result of a dry run.' })
export class CreationCheckDto {
  /** The schedule as the creation would return it; `manual` if none was sent. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** The schedule as a Quartz expression; null if it never fires by itself. */
  @ApiProperty({ type: 'string', nullable: true, example: '0 0 2 * * ?' })
  quartzExpression: string | null;

  /** The first three firings if the ingestion were created now; empty for an inactive or manual one. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    maxItems: 3,
    example: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
  })
  nextSyncs: string[];

  /** Fields that this check could not validate; empty if everything was checked. */
  @ApiProperty({ type: [UncheckedFieldDto], maxItems: 1, example: [] })
  unchecked: UncheckedFieldDto[];
}
