import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { INGESTION_STATUSES, type IngestionStatus } from './ingestion.dto';
import { ScheduleDto } from './schedule.dto';

/** How an ingestion stands. */
@ApiSchema({ name: 'IngestionStatusReport' })
export class IngestionStatusDto {
  @ApiProperty({ example: '9924bcd0-99be-453d-ba47-c2c9766f7da5' })
  connectionId: string;

  /** Whether the schedule is in force; it says nothing about how syncs end. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** When the newest succeeded sync or refresh ended; null if none is on record. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  lastSync: string | null;

  /**
   * The next firing of the schedule that Airbyte holds, by Airbyte's own rules; null if it will not fire.
   * Airbyte starts syncs up to 30 minutes later than scheduled.
   */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-16T02:00:00.000Z' })
  nextSync: string | null;

  /** The schedule that Airbyte holds; null if it holds none that can be told. */
  @ApiProperty({ type: () => ScheduleDto, nullable: true })
  schedule: ScheduleDto | null;
}
