import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ScheduleDto } from './schedule.dto';

/** `locked` is Airbyte's word for unpaid or not entitled; `unknown` stands for words Airbyte has yet to invent. */
export const INGESTION_STATUSES = ['active', 'inactive', 'locked', 'unknown'] as const;
export type IngestionStatus = (typeof INGESTION_STATUSES)[number];

@ApiSchema({ name: 'Ingestion', description: 'An ingestion as it was created.' })
export class IngestionDto {
  /** Names the ingestion in every other call; it is the id of Airbyte's connection. */
  @ApiProperty({ example: '9924bcd0-99be-453d-ba47-c2c9766f7da5' })
  connectionId: string;

  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;

  @ApiProperty({ example: 'Orders to warehouse' })
  name: string;

  /** Whether the schedule is in force; it says nothing about how syncs end. */
  @ApiProperty({ enum: INGESTION_STATUSES, enumName: 'IngestionStatus', example: 'active' })
  status: IngestionStatus;

  /** As it was sent, every member present; null where none was sent. */
  @ApiProperty({ type: () => ScheduleDto, nullable: true })
  schedule: ScheduleDto | null;

  /** When Airbyte made the connection, in whole seconds. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:13:20.000Z' })
  created: string;
}
