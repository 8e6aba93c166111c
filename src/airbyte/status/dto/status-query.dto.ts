import { ApiProperty } from '@nestjs/swagger';
import {
  IsOptional,
  Validate,
  type ValidatorConstraintInterface,
  ValidatorConstraint,
} from 'class-validator';
import { parseDurationMs } from '../freshness';

@ValidatorConstraint({ name: 'isDuration' })
class IsDuration implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && parseDurationMs(value) !== null;
  }

  defaultMessage(): string {
    return 'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, longer than none';
  }
}

/** How a status is to be judged. */
export class StatusQueryDto {
  /** Data older than this is stale, whatever the schedule. */
  @ApiProperty({ type: 'string', format: 'duration', required: false, example: 'PT6H' })
  @IsOptional()
  @Validate(IsDuration, { context: { hint: 'Write e.g. PT6H for six hours or P2D for two days.' } })
  freshness?: string;
}
