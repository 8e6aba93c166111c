import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import type { HintContext } from './hints';
import { nearestEnumValues } from './nearest-enum-value';

/**
 * Ids are opaque: 1 to 128 characters that are safe in a path, except the special segments `.` and `..`. The pattern has no
 * lookahead, because it is part of the OpenAPI document and the regular expressions of Go and Rust have none.
 */
export const ID_PATTERN =
  /^([A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}|\.[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,126}|\.\.[A-Za-z0-9._~-]{1,126})$/;

/** Path segments of existing or planned routes. An ingestion with such an id would have no usable URL. */
const RESERVED: readonly string[] = ['check', 'pause', 'status'];

/** Returns the reason why an id is invalid, or null. */
export function faultOfId(value: string): string | null {
  if (!ID_PATTERN.test(value)) return ID_RULE;
  return RESERVED.includes(value) ? `must not be ${RESERVED_NAMES}, which are routes` : null;
}

const ID_RULE = 'must be 1 to 128 characters of A-Z a-z 0-9 . _ ~ -';
const RESERVED_NAMES = `${RESERVED.slice(0, -1).join(', ')} or ${RESERVED.at(-1) ?? ''}`;

/** Validates an id, or each id of an array. */
export function IsIdText(context: HintContext, options: { readonly each?: boolean } = {}): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isId',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && faultOfId(value) === null,
        defaultMessage: (details) => faultsOf(details?.value),
      },
    },
    { ...options, context },
  );
}

function faultsOf(value: unknown): string {
  const texts = [value].flat().filter((one) => typeof one === 'string');
  return texts.map(faultOfId).find((fault) => fault !== null) ?? ID_RULE;
}

/** Schema of an id in the OpenAPI document. */
export const ID_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: ID_PATTERN.source,
} as const;

/** A required id of a source or destination. */
export function IsId(noun: 'source' | 'destination'): PropertyDecorator {
  const context = { hint: `Give the id of an existing ${noun}. GET /${noun}s lists them.` };
  return applyDecorators(
    ApiProperty(ID_SCHEMA),
    IsString({ message: 'must be a string', context }),
    IsIdText(context),
  );
}

/** A required string with `min` to `max` characters. */
export function IsText(min: number, max: number): PropertyDecorator {
  const context = { hint: `Give a text of ${min} to ${max} characters.` };
  return applyDecorators(
    IsString({ message: 'must be a string', context }),
    Length(min, max, { message: `must have ${min} to ${max} characters`, context }),
  );
}

/**
 * Control characters and lone surrogates. The Postgres of Airbyte cannot store NUL or lone surrogates. A name with them
 * would change when it is stored, and a search by name would fail.
 */
const UNREADABLE = /[\p{Cc}\p{Cs}]/u;

/** Pattern for the OpenAPI document: at least one visible character and no control characters. */
export const NAME_PATTERN =
  '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** A display name, or another text of one line: required, not blank, at most `max` characters, no control characters. */
export function IsName(max: number, noun = 'name'): PropertyDecorator {
  const context = { hint: `Give a ${noun} of 1 to ${max} characters that people can read.` };
  const options = { message: 'must not be blank and must have no control characters', context };
  const isReadable = (value: unknown): boolean =>
    typeof value !== 'string' || value === '' || (value.trim() !== '' && !UNREADABLE.test(value));
  return applyDecorators(
    IsText(1, max),
    ValidateBy({ name: 'isReadable', validator: { validate: isReadable } }, options),
  );
}

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Of an instant with nine decimals of a second and an offset. */
export const INSTANT_MAX_CHARACTERS = 35;

/** An instant with its offset from UTC (RFC 3339; seconds may be left out). */
export function IsInstant(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isInstant(value);
  return ValidateBy(
    { name: 'isInstant', validator: { validate } },
    {
      message: 'must be a date and time with a zone',
      context: { hint: 'Write it like 2027-12-24T06:00:00Z or 2027-12-24T07:00:00+01:00.' },
    },
  );
}

function isInstant(text: string): boolean {
  const [, minute] = INSTANT.exec(text) ?? [];
  if (minute === undefined || Number.isNaN(Date.parse(text))) return false;
  // `Date.parse` takes 30 February for 2 March.
  const inUtc = new Date(`${minute}:00Z`);
  return !Number.isNaN(inUtc.getTime()) && inUtc.toISOString().startsWith(minute);
}

/** A string that may be absent or null. */
export function IsOptionalText(max: number, hint: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsString({ message: 'must be a string or null', context: { hint } }),
    MaxLength(max, { message: `must have at most ${max} characters`, context: { hint } }),
  );
}

/**
 * One value of an enum.
 * @param whenMissing the hint for a missing value
 */
export function IsOneOf(
  words: readonly string[],
  whenMissing: (siblings: object) => string | undefined = () => undefined,
): PropertyDecorator {
  const message = `must be one of ${words.join(', ')}`;
  const context: HintContext = {
    hint: `Write one of ${words.map((word) => `"${word}"`).join(', ')}.`,
    queryHint: `Write one of ${words.join(', ')}.`,
    suggest: (value, siblings, usual) => {
      if (value === undefined || value === null) return whenMissing(siblings) ?? usual;
      const meant = nearestEnumValues(value, words);
      return meant.length === 0 ? usual : `Did you mean ${meant.join(' or ')}? ${usual}`;
    },
  };
  return IsIn([...words], { message, context });
}

/** Treats an empty parameter (`?name=`) as absent. Scripts with an empty variable send it. */
export function EmptyIsAbsent(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value));
}

/** An array without arrays: class-validator would validate the items of a nested array as objects of the outer one. */
export function HoldsNoList(context: HintContext): PropertyDecorator {
  const validate = (value: unknown): boolean => !Array.isArray(value) || !value.some(Array.isArray);
  return ValidateBy(
    { name: 'holdsNoList', validator: { validate } },
    { message: 'must hold objects', context },
  );
}

/** An integer from `min` to `max`, inclusive. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  const context: HintContext = {
    hint: `Give a number from ${min} to ${max}, without quotes.`,
    queryHint: `Give a number from ${min} to ${max}.`,
  };
  const options = { message: `must be a whole number from ${min} to ${max}`, context };
  return applyDecorators(IsInt(options), Min(min, options), Max(max, options));
}
