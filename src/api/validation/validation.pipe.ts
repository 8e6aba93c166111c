import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { inTurns } from '../../lib/in-turns';
import { workTurns } from '../../lib/work-turns';
import type { FieldErrorDto } from '../problem/problem.dto';
import { MAX_FIELD_ERRORS, validationFailed } from '../problem/problem.exception';
import { dtoErrors } from './dto-errors';
import { type DtoClass, toInstance } from './dto-instance';
import { fieldErrors } from './field-errors';
import { LOCATION_LABELS, type InputLocation } from './hints';
import { prototypePropertyPaths } from './prototype-property-names';

/** One more than the response lists, so that the response can mention further errors. */
const ENOUGH_ERRORS = MAX_FIELD_ERRORS + 1;

/**
 * Refuses unknown fields, including nested ones, and reports all invalid fields in one response. Does the work of a large body
 * in turns.
 */
@Injectable()
export class RequestValidationPipe implements PipeTransform<unknown, Promise<unknown>> {
  protected readonly location: InputLocation = 'body';
  protected readonly isBodyOptional: boolean = false;

  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    const values = value === undefined && (this.isBodyOptional || type !== 'body') ? {} : value;
    if (!isJsonObject(values)) throw validationFailed([faultOfBody(values)]);
    return inTurns(this.validated(values, metatype as DtoClass), workTurns.keyOf(values));
  }

  private *validated(values: object, metatype: DtoClass): Generator<void, object> {
    const stray = prototypePropertyPaths(values);
    if (stray.length > 0) throw validationFailed(stray.map((field) => this.unknown(field)));
    yield;
    const dto = yield* toInstance(values, metatype, ENOUGH_ERRORS);
    const errors = yield* dtoErrors(dto, ENOUGH_ERRORS);
    if (errors.length > 0)
      throw validationFailed([
        ...fieldErrors(errors, this.location),
        ...(this.furtherErrors?.(dto, errors) ?? []),
      ]);
    return dto;
  }

  /** Errors of an invalid body that need more than its class, such as settings. */
  protected furtherErrors?(dto: object, errors: readonly ValidationError[]): readonly FieldErrorDto[];

  private unknown(field: string): FieldErrorDto {
    return { field, reason: `is not a known ${LOCATION_LABELS[this.location]}`, hint: 'Remove it.' };
  }
}

/** For operations with an optional body. */
@Injectable()
export class OptionalBodyPipe extends RequestValidationPipe {
  protected override readonly isBodyOptional = true;
}

function faultOfBody(value: unknown): FieldErrorDto {
  const hint = 'Send {"field": value, …} with Content-Type: application/json.';
  if (value === undefined) return { field: 'body', reason: 'is missing: the request has no body', hint };
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  const isEncodedTwice = typeof value === 'string' && value.trimStart().startsWith('{');
  return {
    field: 'body',
    reason: `must be a JSON object, not ${kind}`,
    hint: isEncodedTwice ? 'The object was encoded twice. Encode it once, without quotes around it.' : hint,
  };
}

function isJsonObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
