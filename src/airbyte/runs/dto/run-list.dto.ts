import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, Matches } from 'class-validator';
import { EmptyIsAbsent, IsOneOf, IsWholeNumber } from '../../../api/validation/decorators';
import { RUN_STATUSES, type RunStatus } from '../../core/dto/run.dto';
import { ListedRunDto } from '../../core/dto/listed-run.dto';

/** Statuses that can be filtered: those that Airbyte knows. */
const FILTER_STATUSES = RUN_STATUSES.filter((status) => status !== 'unknown');

/** Opaque to callers: offset, id of the last run and signature. */
const PAGE_TOKEN_PATTERN = /^\d{1,12}-\d{1,19}-[\w-]{22}$/;

/** Query of a run list. */
export class RunListQueryDto {
  /** Only runs with this status. */
  @ApiProperty({ enum: FILTER_STATUSES, enumName: 'RunStatusFilter', required: false, example: 'failed' })
  @IsOptional()
  @IsOneOf(FILTER_STATUSES)
  status?: RunStatus;

  /** Maximum number of runs. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, default: 20, required: false, example: 20 })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, 100)
  pageSize?: number;

  /** `nextPageToken` of the previous page. Default: the first page. */
  @ApiProperty({ type: 'string', maxLength: 64, required: false, example: '' })
  @EmptyIsAbsent()
  @IsOptional()
  @Matches(PAGE_TOKEN_PATTERN, {
    message: 'is not a page token',
    context: { hint: 'Send the nextPageToken of the page before, unchanged.' },
  })
  pageToken?: string;
}

@ApiSchema({ name: 'RunList', description: "A page of an ingestion's runs, newest first." })
export class RunListDto {
  @ApiProperty({ type: [ListedRunDto], maxItems: 100 })
  data: ListedRunDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
