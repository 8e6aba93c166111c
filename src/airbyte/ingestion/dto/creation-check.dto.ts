import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from '../../core/dto/schedule.dto';
import { MAX_CLASHES_PER_EFFECT } from '../table-clashes';

@ApiSchema({ name: 'UncheckedField', description: 'A field that could not be checked.' })
export class UncheckedFieldDto {
  /** Path of the field. */
  @ApiProperty({ example: 'streams' })
  field: string;

  /** Reason why the field could not be checked. */
  @ApiProperty({ example: 'Airbyte is still reading the schema of the source. Check again in a minute.' })
  reason: string;
}

@ApiSchema({
  name: 'CreationWarning',
  description: 'A table that the ingestion would share with another one.',
})
export class CreationWarningDto {
  /** Path of the field. */
  @ApiProperty({ example: 'streams[0].name' })
  field: string;

  /** The table, the other ingestion and the effect. */
  @ApiProperty({
    example:
      'The ingestion conn-12345678-1234-1234-1234-123456789012 already writes the table "orders" of this destination. Both append its rows, so each row will be in the table twice.',
  })
  reason: string;

  /** Id of the other ingestion; null if two streams of this one share the table. */
  @ApiProperty({ type: 'string', nullable: true, example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string | null;
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
  @ApiProperty({ type: [UncheckedFieldDto], maxItems: 2, example: [] })
  unchecked: UncheckedFieldDto[];

  /** Tables that the ingestion would share with others without a loss of rows; at most 20 of each effect. */
  @ApiProperty({ type: [CreationWarningDto], maxItems: 3 * MAX_CLASHES_PER_EFFECT, example: [] })
  warnings: CreationWarningDto[];
}
