import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsId } from '../../../api/validation/decorators';

const PATH = { type: 'array', items: { type: 'string' }, maxItems: 100 } as const;
/** More than any known source has. */
export const MAX_STREAMS = 10_000;
export const MAX_FIELDS = 10_000;
const MAX_MODES = 100;

/** Query of the streams of a source. */
export class SourceStreamsQueryDto {
  /** Destination that the sync modes depend on. Without it, `syncModes` is null. */
  @ApiProperty({ required: false, example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  @IsOptional()
  @IsId('destination')
  destinationId?: string;
}

@ApiSchema({ name: 'SourceStream', description: 'A stream that a source has.' })
export class SourceStreamDto {
  /** Name in the source. */
  @ApiProperty({ example: 'orders' })
  name: string;

  /** Namespace in the source; null if it has none. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  namespace: string | null;

  /**
   * Sync modes of this stream with the destination; null without a destination. Airbyte also accepts
   * `full_refresh_overwrite_deduped`, which it does not list.
   */
  @ApiProperty({
    type: [String],
    nullable: true,
    maxItems: MAX_MODES,
    example: ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'],
  })
  syncModes: string[] | null;

  /** Path of the cursor field that is used if none is given; empty if there is none. */
  @ApiProperty({ ...PATH, example: ['updated_at'] })
  cursorField: string[];

  /** True if the source defines the cursor, so that no other can be chosen. */
  @ApiProperty({ type: 'boolean', example: false })
  isCursorFixed: boolean;

  /** Paths of the fields of the primary key that the source defines; empty if it defines none. */
  @ApiProperty({ type: 'array', items: PATH, maxItems: 100, example: [['order_id']] })
  primaryKey: string[][];

  /** Paths of the fields. Fields inside arrays and unions are left out, as in Airbyte. */
  @ApiProperty({ type: 'array', items: PATH, maxItems: MAX_FIELDS, example: [['order_id'], ['updated_at']] })
  fields: string[][];
}

@ApiSchema({ name: 'SourceStreams', description: 'The streams of a source.' })
export class SourceStreamsDto {
  /** Id of the source. */
  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  /** Destination of the sync modes; null if none was given. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  destinationId: string | null;

  /**
   * Time when Airbyte listed the streams, at most five minutes ago. Airbyte may list what it discovered earlier itself, as
   * long as the configuration of the source is the same.
   */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  discoveredAt: string;

  /** All streams, ordered as the source orders them. */
  @ApiProperty({ type: [SourceStreamDto], maxItems: MAX_STREAMS })
  streams: SourceStreamDto[];
}
