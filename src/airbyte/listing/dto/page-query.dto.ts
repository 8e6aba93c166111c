import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { IsText, IsWholeNumber } from '../../../common/validation/decorators';
import { MAX_TOKEN_LENGTH } from '../page.token';

export const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** Which page of a list. */
export class PageQueryDto {
  /** How many at most. */
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

  /** `nextPageToken` of the page before; the same filters must come with it. */
  @ApiProperty({ type: 'string', minLength: 1, maxLength: MAX_TOKEN_LENGTH, required: false })
  @IsOptional()
  @IsText(1, MAX_TOKEN_LENGTH)
  pageToken?: string;
}
