import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsISO8601, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsWholeNumber } from '../../../api/validation/decorators';
import { ScheduleRequestDto } from '../../core/dto/schedule.dto';

@ApiSchema({ name: 'SchedulePreviewInput', description: 'A schedule to preview.' })
export class PreviewRequestDto {
  /** The same schedule as in a creation, except that `timeZone` can be any IANA zone. */
  @ApiProperty({ type: () => ScheduleRequestDto })
  @IsObject({
    message: 'must be an object',
    context: { hint: 'Write e.g. {"scheduleType": "cron", "cronExpression": "0 2 * * *"}.' },
  })
  @ValidateNested()
  @Type(() => ScheduleRequestDto)
  schedule: ScheduleRequestDto;

  /** Lists firings strictly after this time. Default: now. */
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    maxLength: 64,
    nullable: true,
    required: false,
    example: '2026-01-15T10:30:00Z',
  })
  @IsOptional()
  @IsISO8601(
    { strict: true, strictSeparator: true },
    {
      message: 'must be an ISO 8601 date and time with a zone',
      context: { hint: 'Write e.g. "2026-01-15T10:30:00Z".' },
    },
  )
  from?: string | null;

  /** Number of firings. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 5,
    nullable: true,
    required: false,
    example: 3,
  })
  @IsOptional()
  @IsWholeNumber(1, 100)
  count?: number | null;
}

@ApiSchema({ name: 'SchedulePreview', description: 'Explanation of a schedule.' })
export class PreviewDto {
  /** Explanation in English. */
  @ApiProperty({ example: 'At 02:00 AM' })
  description: string;

  /** The schedule in five Unix fields; null if Unix cron cannot express it. */
  @ApiProperty({ type: 'string', nullable: true, example: '0 2 * * *' })
  unixExpression: string | null;

  /** The schedule in six or seven Quartz fields; null for `manual`, and for an interval that no cron expression keeps. */
  @ApiProperty({ type: 'string', nullable: true, example: '0 0 2 * * ?' })
  quartzExpression: string | null;

  /** Time zone of the expression; null if there is none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'UTC' })
  timeZone: string | null;

  /** Next firings strictly after `from`, except the first of an interval that no cron expression keeps; fewer if the schedule, or the year 9999, ends earlier. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    maxItems: 100,
    example: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
  })
  nextSyncs: string[];
}
