import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString } from 'class-validator';
import { IsOneOf, IsOptionalText, IsText } from '../../../api/validation/decorators';
import { IsListOfPaths } from './is-list-of-paths';

/** Airbyte's sync modes. A mode defines how the source is read and how the rows in the destination change. */
export const SYNC_MODES = [
  'full_refresh_overwrite',
  'full_refresh_overwrite_deduped',
  'full_refresh_append',
  'full_refresh_update',
  'full_refresh_soft_delete',
  'incremental_append',
  'incremental_deduped_history',
  'incremental_update',
  'incremental_soft_delete',
] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

const MAX_PATH = 100;
const PATH = { type: 'array', items: { type: 'string' }, maxItems: MAX_PATH } as const;
const KEY = { type: 'array', items: PATH, maxItems: MAX_PATH } as const;
const CURSOR_HINT = 'Write the path of a field as an array, e.g. ["updated_at"].';

@ApiSchema({ name: 'StreamInput', description: 'One stream to sync.' })
export class StreamRequestDto {
  /** Name in the source. */
  @ApiProperty({ minLength: 1, maxLength: 1000, example: 'orders' })
  @IsText(1, 1000)
  name: string;

  /** Namespace in the source. Leave it out if the stream has none. */
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: 1000, example: null })
  @IsOptionalText(1000, 'Give the namespace of the stream, or leave it out.')
  namespace?: string | null;

  /** Default: `full_refresh_overwrite`, which overwrites the destination on each sync. */
  @ApiProperty({
    enum: SYNC_MODES,
    enumName: 'SyncMode',
    nullable: true,
    required: false,
    example: 'full_refresh_append',
  })
  @IsOptional()
  @IsOneOf(SYNC_MODES)
  syncMode?: SyncMode | null;

  /** Path of the cursor field, for incremental modes. */
  @ApiProperty({ ...PATH, nullable: true, required: false, example: ['ordered_at'] })
  @IsOptional()
  @IsArray({ message: 'must be an array of field names', context: { hint: CURSOR_HINT } })
  @ArrayMaxSize(MAX_PATH, { message: `must have at most ${MAX_PATH} parts`, context: { hint: CURSOR_HINT } })
  @IsString({ each: true, message: 'must be an array of field names', context: { hint: CURSOR_HINT } })
  cursorField?: string[] | null;

  /** Paths of the primary key's fields, for modes that deduplicate. */
  @ApiProperty({
    ...KEY,
    items: { ...PATH, minItems: 1 },
    nullable: true,
    required: false,
    example: [['order_id']],
  })
  @IsOptional()
  @IsListOfPaths(MAX_PATH)
  primaryKey?: string[][] | null;
}

@ApiSchema({ name: 'Stream', description: 'One stream that is synced.' })
export class StreamDto {
  /** Name in the source. */
  @ApiProperty({ example: 'orders' })
  name: string;

  /** Namespace in the source; null if it has none. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  namespace: string | null;

  /** Airbyte's sync mode; null if Airbyte reports none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'full_refresh_overwrite' })
  syncMode: string | null;

  /** Path of the cursor field; empty if there is none. */
  @ApiProperty({ ...PATH, example: [] })
  cursorField: string[];

  /** Paths of the primary key's fields. */
  @ApiProperty({ ...KEY, example: [['order_id']] })
  primaryKey: string[][];
}
