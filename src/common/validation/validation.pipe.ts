import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { type ProblemException, validationFailed } from '../problem/problem.exception';
import { fieldErrors } from './field-errors';
import type { Place } from './hints';
import { isSurelyValid } from './quick-check';

/** Refuses unknown fields, nested ones too, and names every offending field in one answer. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  /** Where the values come from that are judged. */
  protected readonly place: Place = 'body';

  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      // Hints name the fields that exist, which the class of the target knows.
      validationError: { target: true, value: false },
    });
  }

  override createExceptionFactory(): (errors?: ValidationError[]) => ProblemException {
    return (errors = []) => validationFailed(fieldErrors(errors, this.place));
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && (value === undefined || value === null))
      return super.transform({}, metadata);
    if (metadata.type === 'body' && !isJsonObject(value)) {
      throw validationFailed([
        {
          field: 'body',
          reason: 'must be a JSON object',
          hint: 'Send {"field": value, …} with Content-Type: application/json.',
        },
      ]);
    }
    return super.transform(value, metadata);
  }

  protected override validate(
    dto: object,
    options?: ValidatorOptions,
  ): Promise<ValidationError[]> | ValidationError[] {
    return isSurelyValid(dto) ? [] : super.validate(dto, options);
  }
}

function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
