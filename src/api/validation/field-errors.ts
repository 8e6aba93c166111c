import type { ValidationError } from 'class-validator';
import type { FieldErrorDto } from '../problem/problem.dto';
import { MAX_FIELD_ERRORS } from '../problem/problem.exception';
import { foreignNameOf } from './foreign-names';
import { hintFor, isMissing, LOCATION_LABELS, type InputLocation, reportableChecks } from './hints';

/** Longer names are cut. The longest field of this API has a quarter as many characters. */
const MAX_NAME_CHARACTERS = 100;

/**
 * Flattens the error tree of class-validator into one entry per failed check, with the path of the field. Stops when
 * there are more than {@link MAX_FIELD_ERRORS} entries, so that the response can mention further errors.
 */
export function fieldErrors(errors: readonly ValidationError[], location: InputLocation): FieldErrorDto[] {
  const found: FieldErrorDto[] = [];
  collect(errors, location, '', found);
  return found;
}

function collect(
  errors: readonly ValidationError[],
  location: InputLocation,
  parent: string,
  found: FieldErrorDto[],
): void {
  for (const error of errors) {
    if (found.length > MAX_FIELD_ERRORS) return;
    const field = /^\d+$/.test(error.property)
      ? `${parent}[${error.property}]`
      : join(parent, shortened(error.property));
    const checks = reportableChecks(error);
    for (const check of checks) {
      found.push({
        field,
        reason: reasonOf(check, error, location),
        hint: hintFor(check, error, location),
      });
    }
    if (checks.length === 0) collect(error.children ?? [], location, field, found);
  }
}

function join(parent: string, property: string): string {
  return parent === '' ? property : `${parent}.${property}`;
}

/** A caller can choose the name of a member, and `field` and `detail` repeat it. */
function shortened(name: string): string {
  if (name.length <= MAX_NAME_CHARACTERS) return name;
  // The cut must not leave half of a surrogate pair.
  return `${name.slice(0, MAX_NAME_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function reasonOf(check: string, error: ValidationError, location: InputLocation): string {
  const foreign = check === 'whitelistValidation' ? foreignNameOf(error.target, error.property) : undefined;
  if (foreign?.reason !== undefined) return foreign.reason;
  if (isMissing(check, error)) return 'is missing';
  return withoutName(error.constraints?.[check] ?? 'is invalid', error.property, location);
}

/** Removes the property name from the start of a message, because `field` already contains it. */
function withoutName(message: string, property: string, location: InputLocation): string {
  if (message === `property ${property} should not exist`)
    return `is not a known ${LOCATION_LABELS[location]}`;
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
