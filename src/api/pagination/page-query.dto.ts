import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { EmptyIsAbsent, IsText, IsWholeNumber } from '../validation/decorators';
import { type ForeignName, ForeignNames } from '../validation/foreign-names';
import { MAX_TOKEN_LENGTH } from './page-token';

export const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

const SIZE_NAME: ForeignName = { hint: 'Did you mean pageSize?' };
const TOKEN_NAME: ForeignName = {
  hint: 'Did you mean pageToken? It is the nextPageToken of the previous page.',
};

/** Query parameters of paginated lists. */
@ForeignNames({
  ...Object.fromEntries(['limit', 'size', 'per_page', 'perPage', 'count'].map((name) => [name, SIZE_NAME])),
  ...Object.fromEntries(
    ['page', 'offset', 'cursor', 'after', 'next', 'nextPageToken'].map((name) => [name, TOKEN_NAME]),
  ),
})
export class PageQueryDto {
  /** Maximum number of items per page. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGE_SIZE,
    default: DEFAULT_PAGE_SIZE,
    required: false,
    example: 20,
  })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, MAX_PAGE_SIZE)
  pageSize?: number;

  /** `nextPageToken` of the previous page, sent with the same filters. Empty or absent: the first page. */
  @ApiProperty({ type: 'string', maxLength: MAX_TOKEN_LENGTH, required: false, example: '' })
  @EmptyIsAbsent()
  @IsOptional()
  @IsText(1, MAX_TOKEN_LENGTH)
  pageToken?: string;
}
