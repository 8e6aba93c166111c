import { getMetadataStorage, type ValidationError } from 'class-validator';
import { nearestName } from '../../lib/nearest-name';
import { foreignNameOf } from './foreign-names';

/** Where values come from: JSON, or a URL, where nothing is quoted. */
export type InputLocation = 'body' | 'query';

/** What a value is called there. */
export const LOCATION_LABELS: Readonly<Record<InputLocation, string>> = { body: 'field', query: 'parameter' };

/** What a declaration says of the way out; `queryHint` where it is another one in a URL. */
export interface HintContext {
  readonly hint: string;
  readonly queryHint?: string;
  /** A hint for this very value, made from the usual one; `siblings` are the members beside it. */
  readonly suggest?: Suggest;
}

export type Suggest = (value: unknown, siblings: object, usual: string) => string;

/** Checks of the kind of value: when one fails, what the others say about the same field is noise. */
const KIND_CHECKS = ['whitelistValidation', 'isDefined', 'isString', 'isObject', 'isInt', 'isArray', 'isIn'];

/** A field's failed checks, reduced to those that tell the caller something. */
export function reportableChecks(error: ValidationError): string[] {
  const failed = Object.keys(error.constraints ?? {});
  const kind = KIND_CHECKS.find((check) => failed.includes(check));
  return kind === undefined ? failed : [kind];
}

/** The way out of a failed check: what the field's own declaration says, or for unknown fields those that exist. */
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

/** A required field that is absent or null is missing, whatever its check would report. */
export function isMissing(check: string, { property, target }: ValidationError): boolean {
  const value: unknown = (target as Record<string, unknown> | undefined)?.[property];
  return (
    KIND_CHECKS.includes(check) && check !== 'whitelistValidation' && (value === undefined || value === null)
  );
}

function isHintContext(context: unknown): context is HintContext {
  return typeof context === 'object' && context !== null && 'hint' in context;
}

/** By class: an answer may name the known fields a hundred times. */
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
