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
  description: 'An ingestion as Airbyte holds it. Creation, read and change answer with the same members.',
})
export class IngestionDto {
  /** Names the ingestion in every other call; it is the id of Airbyte's connection. */
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

  /** Whether the schedule is in force; it says nothing about how syncs end. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** Airbyte's own word for the status where `status` is `unknown`, null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** The schedule that Airbyte holds, as it was sent; `manual` where none was sent. May be sent back unchanged. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** What is synced, and how. */
  @ApiProperty({ type: [StreamDto] })
  streams: StreamDto[];

  /** When Airbyte made the connection, in whole seconds; null where Airbyte does not report it (before December 2024). */
  @ApiProperty({ type: 'string', nullable: true, format: 'date-time', example: '2026-01-15T10:13:20.000Z' })
  created: string | null;
}
