import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  IsOptional,
  Validate,
  type ValidationArguments,
  type ValidatorConstraintInterface,
  ValidatorConstraint,
} from 'class-validator';
import type { HintContext } from '../../../api/validation/hints';
import { parseDurationMs } from '../../../config/iso-duration';
import { DEFAULT_FRESHNESS, MAX_FRESHNESS_CHARACTERS } from '../freshness';

interface DurationLimits {
  readonly maxLength?: number;
  /** A word that is accepted, too. */
  readonly word?: string;
}

@ValidatorConstraint({ name: 'isDuration' })
class IsDuration implements ValidatorConstraintInterface {
  validate(value: unknown, { constraints }: ValidationArguments): boolean {
    const { maxLength = Infinity, word }: DurationLimits =
      (constraints as [DurationLimits?] | undefined)?.[0] ?? {};
    if (typeof value !== 'string' || value.length > maxLength) return false;
    return value === word || parseDurationMs(value) !== null;
  }

  defaultMessage({ constraints }: ValidationArguments): string {
    const maxLength = (constraints as [DurationLimits?] | undefined)?.[0]?.maxLength;
    const length = maxLength === undefined ? '' : `, of at most ${maxLength} characters`;
    return `must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, longer than zero${length}`;
  }
}

const TIME = 'T([0-9]{1,6}H([0-9]{1,8}M)?([0-9]{1,9}S)?|[0-9]{1,8}M([0-9]{1,9}S)?|[0-9]{1,9}S)';
/**
 * Pattern of a duration for OpenAPI, which cannot express that it must exceed zero. `format: duration` does not
 * fit: RFC 3339 requires minutes between hours and seconds.
 */
const DURATION_PATTERN = `^P([0-9]{1,4}W|[0-9]{1,5}D(${TIME})?|${TIME})$`;

const DURATION_HINT: HintContext = {
  hint: 'Write e.g. PT6H for six hours or P2D for two days.',
  suggest: (value, _siblings, usual) => {
    const meant = typeof value === 'string' ? guessDuration(value) : null;
    return meant === null ? usual : `Did you mean ${meant}? ${usual}`;
  },
};

/** Seconds of each unit of a duration, by its letter. */
const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['S', 1],
  ['M', 60],
  ['H', 3600],
  ['D', 86_400],
  ['W', 604_800],
]);
const UNIT_WORD = /^(?:s|sec|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)$/;
const MAX_GUESSED_CHARACTERS = 40;

/** The duration that `6h`, `6 hours`, `1h30m`, `P6H` or a number of seconds means; null if it is not clear. */
function guessDuration(text: string): string | null {
  const plain = text.trim().toLowerCase();
  // P1M is a month.
  if (plain.length > MAX_GUESSED_CHARACTERS || /^p[^t]*m/.test(plain)) return null;
  const parts = /^[0-9]+$/.test(plain)
    ? [`${plain}s`]
    : plain.replace(/^p?t?/, '').match(/[0-9.]+\s*[a-z]+/g);
  let seconds = 0;
  let letter = 'W';
  for (const part of parts ?? []) {
    const [, count = '', word = ''] = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)$/.exec(part) ?? [];
    if (!UNIT_WORD.test(word)) return null;
    letter = word.charAt(0).toUpperCase();
    seconds += Number(count) * (UNIT_SECONDS.get(letter) ?? 0);
  }
  // A fraction needs a smaller unit.
  const letters = [...UNIT_SECONDS.keys()].reverse();
  const unit = letters
    .slice(letters.indexOf(letter))
    .find((one) => seconds % (UNIT_SECONDS.get(one) ?? 1) === 0);
  if (unit === undefined || seconds === 0) return null;
  const guess = `${/[DW]/.test(unit) ? 'P' : 'PT'}${String(seconds / (UNIT_SECONDS.get(unit) ?? 1))}${unit}`;
  return parseDurationMs(guess) === null ? null : guess;
}

/** A duration in a query. */
export function OptionalDuration(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', pattern: DURATION_PATTERN, required: false, example: 'PT6H' }),
    IsOptional(),
    Validate(IsDuration, { context: DURATION_HINT }),
  );
}

/**
 * A freshness objective that may be absent or null.
 * @param options.orDefault whether `default` is accepted
 */
export function OptionalFreshness({ orDefault = false } = {}): PropertyDecorator {
  const pattern = orDefault
    ? DURATION_PATTERN.replace('^', `^(${DEFAULT_FRESHNESS}|`).replace(/\$$/, ')$')
    : DURATION_PATTERN;
  const limits = { maxLength: MAX_FRESHNESS_CHARACTERS, ...(orDefault && { word: DEFAULT_FRESHNESS }) };
  return applyDecorators(
    ApiProperty({
      type: 'string',
      pattern,
      maxLength: MAX_FRESHNESS_CHARACTERS,
      nullable: true,
      required: false,
      example: 'PT6H',
    }),
    IsOptional(),
    Validate(IsDuration, [limits], { context: DURATION_HINT }),
  );
}
