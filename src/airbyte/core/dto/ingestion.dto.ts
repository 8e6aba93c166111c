import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from './schedule.dto';
import { StreamDto } from './stream.dto';

/**
 * `locked`: Airbyte reports an unpaid bill or a missing entitlement. `unknown`: a value of a later Airbyte
 * version.
 */
export const INGESTION_STATUSES = ['active', 'inactive', 'locked', 'unknown'] as const;
export type IngestionStatus = (typeof INGESTION_STATUSES)[number];

@ApiSchema({
  name: 'Ingestion',
  description: 'An ingestion as stored in Airbyte. Create, read and update return the same fields.',
})
export class IngestionDto {
  /** Id of the ingestion; it equals the id of Airbyte's connection. */
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  @ApiProperty({ example: 'Orders to warehouse' })
  name: string;

  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;

  /** Whether the schedule is active. Independent of the results of syncs. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** Airbyte's status if `status` is `unknown`; null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** The schedule as it was sent; `manual` if none was sent. It can be sent back unchanged. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** The streams and their sync modes. */
  @ApiProperty({ type: [StreamDto] })
  streams: StreamDto[];

  /**
   * Own freshness objective: the longest time without new data, after which the ingestion is `stale`. Null if it has none; then
   * the setting `FRESHNESS` or the schedule decides.
   */
  @ApiProperty({ type: 'string', nullable: true, example: 'PT26H' })
  freshness: string | null;

  /** Creation time, in whole seconds; null if Airbyte does not report it (before December 2024). */
  @ApiProperty({ type: 'string', nullable: true, format: 'date-time', example: '2026-01-15T10:13:20.000Z' })
  created: string | null;
}
