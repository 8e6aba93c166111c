import { ApiProperty } from '@nestjs/swagger';
import {
  IsOptional,
  Validate,
  type ValidatorConstraintInterface,
  ValidatorConstraint,
} from 'class-validator';
import { IsOneOf } from '../../../api/validation/decorators';
import type { HintContext } from '../../../api/validation/hints';
import { parseDurationMs } from '../../../lib/iso-duration';

@ValidatorConstraint({ name: 'isDuration' })
class IsDuration implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && parseDurationMs(value) !== null;
  }

  defaultMessage(): string {
    return 'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, longer than zero';
  }
}

const TIME = 'T([0-9]{1,6}H([0-9]{1,8}M)?([0-9]{1,9}S)?|[0-9]{1,8}M([0-9]{1,9}S)?|[0-9]{1,9}S)';
/**
 * Pattern of a duration for OpenAPI, which cannot express that it must exceed zero. `format: duration` does not
 * fit: RFC 3339 requires minutes between hours and seconds.
 */
const PATTERN = `^P([0-9]{1,4}W|[0-9]{1,5}D(${TIME})?|${TIME})$`;

const DURATION_HINT: HintContext = {
  hint: 'Write e.g. PT6H for six hours or P2D for two days.',
  suggest: (value, _siblings, usual) => {
    const [, count, unit = 's'] = /^([1-9][0-9]{0,3}) ?([smhdw])?$/i.exec(String(value)) ?? [];
    if (count === undefined) return usual;
    const letter = unit.toUpperCase();
    return `Did you mean ${/[DW]/.test(letter) ? 'P' : 'PT'}${count}${letter}? ${usual}`;
  },
};

/** Additional parts of a status. */
const PARTS = ['runs'] as const;

/** Query of a status, and of several. */
export class FreshnessQueryDto {
  /** Data older than this is stale, whatever the schedule. */
  @ApiProperty({ type: 'string', pattern: PATTERN, required: false, example: 'PT6H' })
  @IsOptional()
  @Validate(IsDuration, { context: DURATION_HINT })
  freshness?: string;
}

/** Query of one status. */
export class StatusQueryDto extends FreshnessQueryDto {
  /** `runs`: also return the newest 30 runs. */
  @ApiProperty({ enum: PARTS, enumName: 'StatusPart', required: false, example: 'runs' })
  @IsOptional()
  @IsOneOf(PARTS)
  include?: (typeof PARTS)[number];
}
