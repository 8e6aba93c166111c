import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { ProblemDto } from '../../../api/problem/problem.dto';
import { ID_SCHEMA, IsId, IsIdText, IsOneOf, IsText } from '../../../api/validation/decorators';
import { SCHEDULE_TYPES } from '../../core/dto/schedule.dto';
import type { ScheduleType } from '../../schedule';
import { PauseField, type PauseRequestDto } from './pause-request.dto';

/** Maximum number of ingestions in one request. */
export const MAX_BULK = 100;

const IDS = { hint: `Send 1 to ${MAX_BULK} ids of ingestions, or a filter.` };
const FILTER = { hint: 'Send {"sourceId": "…"}, or another condition; {} takes every active ingestion.' };

@ApiSchema({
  name: 'PauseFilter',
  description: 'Conditions that all must hold. Without conditions every active ingestion is taken.',
})
export class PauseFilterDto {
  /** Only ingestions with this schedule type. */
  @ApiProperty({
    enum: SCHEDULE_TYPES,
    enumName: 'ScheduleType',
    nullable: true,
    required: false,
    example: 'cron',
  })
  @IsOptional()
  @IsOneOf(SCHEDULE_TYPES)
  scheduleType?: ScheduleType | null;

  /** Only ingestions of this source. */
  @ApiProperty({
    ...ID_SCHEMA,
    nullable: true,
    required: false,
    example: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  })
  @IsOptional()
  @IsId('source')
  sourceId?: string | null;

  /** Only ingestions to this destination. */
  @ApiProperty({
    ...ID_SCHEMA,
    nullable: true,
    required: false,
    example: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
  })
  @IsOptional()
  @IsId('destination')
  destinationId?: string | null;

  /** Part of the name, case-insensitive. */
  @ApiProperty({
    type: 'string',
    minLength: 1,
    maxLength: 255,
    nullable: true,
    required: false,
    example: 'orders',
  })
  @IsOptional()
  @IsText(1, 255)
  name?: string | null;
}

@ApiSchema({
  name: 'BulkPauseInput',
  description: 'The ingestions, by `ids` or by `filter`, and their pause.',
})
export class BulkPauseRequestDto {
  /** Ids of ingestions. Not together with `filter`. */
  @ApiProperty({
    type: 'array',
    items: ID_SCHEMA,
    minItems: 1,
    maxItems: MAX_BULK,
    nullable: true,
    required: false,
    example: ['conn-12345678-1234-1234-1234-123456789012'],
  })
  @IsOptional()
  @IsArray({ message: 'must be an array of ids', context: IDS })
  @ArrayMinSize(1, { message: 'must have at least one id', context: IDS })
  @ArrayMaxSize(MAX_BULK, { message: `must have at most ${MAX_BULK} ids`, context: IDS })
  @IsIdText(IDS, { each: true })
  ids?: string[] | null;

  /** The active ingestions that match, at most 100. Not together with `ids`. */
  @ApiProperty({ type: () => PauseFilterDto, nullable: true, required: false })
  @IsOptional()
  @IsObject({ message: 'must be an object or null', context: FILTER })
  @ValidateNested()
  @Type(() => PauseFilterDto)
  filter?: PauseFilterDto | null;

  /** Reason and end. */
  @PauseField({ required: true })
  pause: PauseRequestDto;
}

/**
 * `paused`: paused now with this reason and end. `would_pause`: a check found that it can be paused. `already_inactive`: it was
 * inactive and is left as it is, so that the end of this pause does not activate it. `failed`: see `problem`.
 */
const OUTCOMES = ['paused', 'would_pause', 'already_inactive', 'failed'] as const;
export type PauseOutcome = (typeof OUTCOMES)[number];

@ApiSchema({ name: 'BulkPauseResult', description: 'Result for one ingestion.' })
export class BulkPauseResultDto {
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  /** Null if the ingestion was not found. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Orders to warehouse' })
  name: string | null;

  /** Result for this ingestion. In a check, the result that the call would have. */
  @ApiProperty({ enum: OUTCOMES, enumName: 'PauseOutcome', example: 'paused' })
  outcome: PauseOutcome;

  /** Reason of a failure; null otherwise. */
  @ApiProperty({ type: () => ProblemDto, nullable: true })
  problem: ProblemDto | null;
}

@ApiSchema({
  name: 'BulkPause',
  description: 'One result for each ingestion: in the order of the ids, or by id.',
})
export class BulkPauseDto {
  /** One for each ingestion. */
  @ApiProperty({ type: [BulkPauseResultDto], maxItems: MAX_BULK })
  results: BulkPauseResultDto[];
}
