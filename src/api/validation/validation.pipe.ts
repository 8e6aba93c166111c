import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import type { FieldErrorDto } from '../problem/problem.dto';
import { MAX_FIELD_ERRORS, type ProblemException, validationFailed } from '../problem/problem.exception';
import { cutUnknown } from './cut-unknown';
import { fieldErrors } from './field-errors';
import { LOCATION_LABELS, type InputLocation } from './hints';
import { prototypePropertyPaths } from './prototype-property-names';
import { cutInvalidItems, passesFastPath } from './fast-path';

/** One more than the response lists, so that the response can mention further errors. */
const ENOUGH_ERRORS = MAX_FIELD_ERRORS + 1;

/** Refuses unknown fields, including nested ones, and reports all invalid fields in one response. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  protected readonly location: InputLocation = 'body';
  protected readonly isBodyOptional: boolean = false;

  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      // Hints list the known fields. They are read from the class of the target.
      validationError: { target: true, value: false },
    });
  }

  override createExceptionFactory(): (errors?: ValidationError[]) => ProblemException {
    return (errors = []) => validationFailed(fieldErrors(errors, this.location));
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') {
      if (value === undefined && this.isBodyOptional) return super.transform({}, metadata);
      if (!isJsonObject(value)) throw validationFailed([faultOfBody(value)]);
    }
    const stray = metadata.type === 'body' || metadata.type === 'query' ? prototypePropertyPaths(value) : [];
    if (stray.length > 0) throw validationFailed(stray.map((field) => this.unknown(field)));
    return super.transform(this.withoutExcess(value, metadata), metadata);
  }

  private withoutExcess(value: unknown, metadata: ArgumentMetadata): unknown {
    if (!this.toValidate(metadata) || !isJsonObject(value)) return value;
    return cutUnknown(value, metadata.metatype as new () => object, ENOUGH_ERRORS);
  }

  private unknown(field: string): FieldErrorDto {
    return { field, reason: `is not a known ${LOCATION_LABELS[this.location]}`, hint: 'Remove it.' };
  }

  protected override validate(
    dto: object,
    options?: ValidatorOptions,
  ): Promise<ValidationError[]> | ValidationError[] {
    if (passesFastPath(dto)) return [];
    cutInvalidItems(dto, ENOUGH_ERRORS);
    return super.validate(dto, options);
  }
}

/** For operations with an optional body. */
@Injectable()
export class OptionalBodyPipe extends RequestValidationPipe {
  protected override readonly isBodyOptional = true;
}

function faultOfBody(value: unknown): FieldErrorDto {
  const reason = value === undefined ? 'is missing: the request has no body' : 'must be a JSON object';
  return { field: 'body', reason, hint: 'Send {"field": value, …} with Content-Type: application/json.' };
}

function isJsonObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
