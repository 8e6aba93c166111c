import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, ValidateNested } from 'class-validator';
import { INSTANT_MAX_CHARACTERS, IsInstant, IsName, NAME_PATTERN } from '../../../api/validation/decorators';

const MAX_REASON_CHARACTERS = 500;

@ApiSchema({
  name: 'PauseInput',
  description: 'A reason, an end, or both. It replaces the reason and the end of a pause that exists.',
})
export class PauseRequestDto {
  /**
   * Why the ingestion is paused: not blank, no control characters. It is shown in Airbyte, too. It must not contain `[gateway
   * pause`, which the gateway writes behind it.
   */
  @ApiProperty({
    type: 'string',
    minLength: 1,
    maxLength: MAX_REASON_CHARACTERS,
    pattern: NAME_PATTERN,
    nullable: true,
    required: false,
    example: 'The warehouse is being moved.',
  })
  @IsOptional()
  @IsName(MAX_REASON_CHARACTERS, 'reason')
  reason?: string | null;

  /**
   * When the gateway activates the ingestion again: in the future, at most 366 days ahead, with `Z` or an offset. Null: never.
   */
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    maxLength: INSTANT_MAX_CHARACTERS,
    nullable: true,
    required: false,
    example: '2027-12-24T06:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  until?: string | null;
}

const PAUSE_OBJECT = { hint: 'Send {"reason": "…", "until": "2027-12-24T06:00:00Z"}, or one of both.' };

/** A pause; `required`: may not be absent or null. */
export function PauseField({ required }: { readonly required: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: () => PauseRequestDto, nullable: !required, required }),
    ...(required ? [] : [IsOptional()]),
    IsObject({
      message: required ? 'must be an object' : 'must be an object or null',
      context: PAUSE_OBJECT,
    }),
    ValidateNested(),
    Type(() => PauseRequestDto),
  );
}
