import type { ValidationError } from 'class-validator';
import type { FieldErrorDto } from '../problem/problem.dto';
import { hintFor, NOUNS, type Place, tellingChecks } from './hints';

/** Flattens class-validator's tree into one entry for each thing that is wrong, with the path of its field. */
export function fieldErrors(errors: readonly ValidationError[], place: Place, parent = ''): FieldErrorDto[] {
  return errors.flatMap((error) => {
    const field = /^\d+$/.test(error.property)
      ? `${parent}[${error.property}]`
      : join(parent, error.property);
    const own = tellingChecks(error).map((check) => ({
      field,
      reason: withoutName(error.constraints?.[check] ?? 'is invalid', error.property, place),
      hint: hintFor(check, error, place),
    }));
    return own.length > 0 ? own : fieldErrors(error.children ?? [], place, field);
  });
}

function join(parent: string, property: string): string {
  return parent === '' ? property : `${parent}.${property}`;
}

/** class-validator begins its messages with the property's name, which the field member already gives. */
function withoutName(message: string, property: string, place: Place): string {
  if (message === `property ${property} should not exist`) return `is not a known ${NOUNS[place]}`;
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
