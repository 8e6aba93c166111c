import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { IsWholeNumber } from '../../../api/validation/decorators';

const MAX_TAIL = 1000;
export const DEFAULT_TAIL = 200;

/** Query of a run's log. */
export class RunLogQueryDto {
  /** Number of the last lines. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_TAIL,
    default: DEFAULT_TAIL,
    required: false,
    example: 100,
  })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, MAX_TAIL)
  tail?: number;
}

@ApiSchema({ name: 'RunLogLine', description: 'One line of a log.' })
export class RunLogLineDto {
  /** Time of the line; null in logs that consist of plain text. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T02:07:41.000Z' })
  at: string | null;

  /** Level as Airbyte writes it; null in logs that consist of plain text. */
  @ApiProperty({ type: 'string', nullable: true, example: 'error' })
  level: string | null;

  /** Program that wrote the line, such as `source` or `platform`; null in logs that consist of plain text. */
  @ApiProperty({ type: 'string', nullable: true, example: 'source' })
  origin: string | null;

  /** Text of the line, with secrets masked; cut after 4000 characters. */
  @ApiProperty({ example: 'Failed to connect: wrong password for user loader.' })
  message: string;
}

@ApiSchema({ name: 'RunLog', description: 'The end of the log of the newest attempt of a run.' })
export class RunLogDto {
  /** Id of the run. */
  @ApiProperty({ example: '1' })
  runId: string;

  /** Number of the attempt, as in the attempts of the run; null if there is none yet. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 1, example: 1 })
  attempt: number | null;

  /** The last lines, oldest first. */
  @ApiProperty({ type: [RunLogLineDto], maxItems: MAX_TAIL })
  lines: RunLogLineDto[];

  /** True if lines before these exist, or were left out because of their size. */
  @ApiProperty({ type: 'boolean', example: false })
  isTruncated: boolean;
}
