import { getMetadataStorage, type ValidationError } from 'class-validator';

/** Checks of the kind of value: when one fails, what the others say about the same field is noise. */
const KIND_CHECKS = ['whitelistValidation', 'isDefined', 'isString', 'isObject', 'isInt', 'isArray', 'isIn'];

/** A field's failed checks, reduced to those that tell the caller something. */
export function tellingChecks(error: ValidationError): string[] {
  const failed = Object.keys(error.constraints ?? {});
  const kind = KIND_CHECKS.find((check) => failed.includes(check));
  return kind === undefined ? failed : [kind];
}

/** The way out of a failed check: what the field's own declaration says, or for unknown fields those that exist. */
export function hintFor(check: string, error: ValidationError): string {
  const context: unknown = error.contexts?.[check];
  if (typeof context === 'object' && context !== null && 'hint' in context) return String(context.hint);
  if (check === 'whitelistValidation')
    return `Remove it. The fields here are: ${knownFields(error.target).join(', ')}.`;
  return 'See GET /docs for what this field takes.';
}

function knownFields(target: object | undefined): string[] {
  if (!target) return [];
  const checks = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(checks.map((check) => check.propertyName))];
}
