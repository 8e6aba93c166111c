import { getMetadataStorage, type ValidationError } from 'class-validator';
import { nearestName } from '../../lib/nearest-name';
import { foreignNameOf } from './foreign-names';

/** Source of the values: a JSON body, or the query of a URL. */
export type InputLocation = 'body' | 'query';

/** Word for a value at each location. */
export const LOCATION_LABELS: Readonly<Record<InputLocation, string>> = { body: 'field', query: 'parameter' };

/** Hint of a validation rule. `queryHint` replaces it for query parameters. */
export interface HintContext {
  readonly hint: string;
  readonly queryHint?: string;
  /** Returns a hint for a specific value. `siblings` are the members of the same object. */
  readonly suggest?: Suggest;
}

export type Suggest = (value: unknown, siblings: object, usual: string) => string;

/** Type checks. If one fails, the other checks of the same field are not reported. */
const KIND_CHECKS = ['whitelistValidation', 'isDefined', 'isString', 'isObject', 'isInt', 'isArray', 'isIn'];

/** Returns the failed checks of a field, or only the type check if it failed. */
export function reportableChecks(error: ValidationError): string[] {
  const failed = Object.keys(error.constraints ?? {});
  const kind = KIND_CHECKS.find((check) => failed.includes(check));
  return kind === undefined ? failed : [kind];
}

/** The hint for a failed check: from the declaration of the field, or a list of the known fields. */
export function hintFor(check: string, error: ValidationError, location: InputLocation): string {
  const context: unknown = error.contexts?.[check];
  if (isHintContext(context)) {
    const usual = (location === 'query' ? context.queryHint : undefined) ?? context.hint;
    const siblings: Record<string, unknown> = { ...error.target };
    return context.suggest ? context.suggest(siblings[error.property], siblings, usual) : usual;
  }
  if (check === 'whitelistValidation') return unknownFieldHint(error, location);
  return 'See GET /docs for what this field takes.';
}

function unknownFieldHint({ property, target }: ValidationError, location: InputLocation): string {
  const foreign = foreignNameOf(target, property);
  if (foreign) return foreign.hint;
  const known = knownFields(target);
  const meant = nearestName(property, known);
  const all = `The ${LOCATION_LABELS[location]}s here are: ${known.join(', ')}.`;
  return meant === undefined ? `Remove it. ${all}` : `Did you mean ${meant}? ${all}`;
}

/** Returns true if a required field is absent or null. Its error is then reported as missing. */
export function isMissing(check: string, { property, target }: ValidationError): boolean {
  const value: unknown = (target as Record<string, unknown> | undefined)?.[property];
  return (
    KIND_CHECKS.includes(check) && check !== 'whitelistValidation' && (value === undefined || value === null)
  );
}

function isHintContext(context: unknown): context is HintContext {
  return typeof context === 'object' && context !== null && 'hint' in context;
}

/** Cached by class, because one response may list the known fields many times. */
const fieldsOfClass = new Map<object['constructor'], readonly string[]>();

function knownFields(target: object | undefined): readonly string[] {
  if (!target) return [];
  const known = fieldsOfClass.get(target.constructor) ?? readKnownFields(target);
  fieldsOfClass.set(target.constructor, known);
  return known;
}

function readKnownFields(target: object): readonly string[] {
  const checks = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(checks.map((check) => check.propertyName))];
}
