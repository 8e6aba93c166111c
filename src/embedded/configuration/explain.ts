import type { DefinedError, ErrorObject } from 'ajv';
import { isObject, type JsonObject } from '../platform/json';
import { nearestName } from './nearest-name';
import { mostRelevant } from './unions';

/** Limit of a readable message. */
const MAX_FAULTS = 10;
const MAX_LISTED = 20;
const MAX_NAME_CHARACTERS = 100;
/** The path of the root. */
const ROOT = 'The configuration';

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

/** One sentence for each fault: the path of the field, the reason and the fix. Values may be secrets and are never quoted. */
export function explainFaults(errors: readonly ErrorObject[]): string[] {
  const sentences = mostRelevant(errors)
    .map(explain)
    .map((text) => (text.endsWith('?') ? text : `${text}.`));
  const unique = [...new Set(sentences)].slice(0, MAX_FAULTS);
  return unique.length > 0 ? unique : ['It breaks a rule of the specification.'];
}

function explain(error: ErrorObject): string {
  const path = pathOf(error.instancePath);
  const known = error as DefinedError;
  switch (known.keyword) {
    case 'required':
      return `${memberOf(path, known.params.missingProperty)} is missing`;
    case 'additionalProperties':
      return unknownMember(path, known.params.additionalProperty, membersOf(known.parentSchema));
    case 'type':
      return `${path} must be ${typesOf(known.params.type)}, not ${nameOfType(known.data, known.params.type)}${typeHint(known)}`;
    case 'enum':
      return `${path} must be ${oneOf(known.params.allowedValues)}`;
    case 'const':
      return `${path} must be ${oneOf([known.params.allowedValue])}`;
    case 'minimum':
      return `${path} must be ${known.params.limit} or more`;
    case 'maximum':
      return `${path} must be ${known.params.limit} or less`;
    case 'exclusiveMinimum':
      return `${path} must be more than ${known.params.limit}`;
    case 'exclusiveMaximum':
      return `${path} must be less than ${known.params.limit}`;
    case 'minLength':
      return known.params.limit === 1
        ? `${path} must not be empty`
        : `${path} must have ${known.params.limit} characters or more`;
    case 'maxLength':
      return `${path} must have ${known.params.limit} characters or fewer`;
    case 'minItems':
      return known.params.limit === 1
        ? `${path} must not be an empty list`
        : `${path} must have ${known.params.limit} items or more`;
    case 'maxItems':
      return `${path} must have ${known.params.limit} items or fewer`;
    case 'uniqueItems':
      return `${path} must not have an item twice`;
    case 'pattern':
      return `${path} must have the form ${formOf(known.parentSchema, known.params.pattern)}`;
    case 'format':
      return `${path} must have the format ${short(known.params.format)}`;
    case 'oneOf':
      return `${path} matches more than one alternative of the specification`;
    default:
      return `${path} ${short(error.message ?? `breaks the rule ${error.keyword} of the specification`)}`;
  }
}

function unknownMember(parent: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const listed = known.slice(0, MAX_LISTED).join(', ');
  const more = known.length > MAX_LISTED ? ', …' : '';
  const fix =
    nearest === null
      ? `: remove it; the fields are ${listed === '' ? 'none' : `${listed}${more}`}`
      : `: did you mean ${nearest}?`;
  return `${memberOf(parent, name)} is not a field of this connector${fix}`;
}

/** The fix for a value of the wrong type, if there is an obvious one. */
function typeHint({ data, params, parentSchema }: Extract<DefinedError, { keyword: 'type' }>): string {
  if (data === null) return ': leave it out';
  const wanted: string[] = [params.type].flat();
  if (typeof data === 'string') {
    const isNumber = data.trim() !== '' && Number.isFinite(Number(data));
    if (isNumber && (wanted.includes('integer') || wanted.includes('number')))
      return ': send the number without quotes';
    if (/^(true|false)$/i.test(data) && wanted.includes('boolean')) return ': send it without quotes';
    if (wanted.includes('object')) return objectHint(data, parentSchema);
  }
  if (wanted.includes('array')) return ': send it in a list, [ ]';
  if (wanted.includes('string') && (typeof data === 'number' || typeof data === 'boolean'))
    return ': send it in quotes';
  return '';
}

/** Suggests `{"mode": "require"}` for `"require"`. The value is not secret: the specification lists it. */
function objectHint(data: string, schema: unknown): string {
  const choices = choicesOf(schema);
  const [name] = choices.find(([, allowed]) => allowed.includes(data)) ?? [];
  if (name !== undefined) return `: send ${JSON.stringify({ [name]: data })}`;
  const [example, [value] = []] = choices.find(([, allowed]) => allowed.length > 0) ?? [];
  return example === undefined
    ? ': send an object, { }'
    : `: send an object such as ${short(JSON.stringify({ [example]: value }))}`;
}

function choicesOf(schema: unknown): [name: string, allowed: unknown[]][] {
  if (!isObject(schema)) return [];
  const alternatives = [schema['oneOf'], schema['anyOf']].filter(Array.isArray).flat();
  const own = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...own.map(([name, member]): [string, unknown[]] => [name, isObject(member) ? allowedBy(member) : []]),
    ...alternatives.flatMap(choicesOf),
  ];
}

function allowedBy(schema: JsonObject): unknown[] {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : [];
}

function membersOf(schema: unknown): string[] {
  return isObject(schema) && isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
}

function formOf(schema: unknown, pattern: string): string {
  const described = isObject(schema) ? schema['pattern_descriptor'] : undefined;
  return short(typeof described === 'string' && described !== '' ? described : pattern);
}

function oneOf(allowed: readonly unknown[]): string {
  const listed = allowed.slice(0, MAX_LISTED).map((value) => short(JSON.stringify(value)));
  const more = allowed.length > MAX_LISTED ? ', …' : '';
  return listed.length === 1 ? (listed[0] ?? '') : `one of ${listed.join(', ')}${more}`;
}

function typesOf(types: unknown): string {
  return [types]
    .flat()
    .map((type) => TYPES[String(type)] ?? String(type))
    .join(' or ');
}

function nameOfType(value: unknown, wanted: string): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && wanted === 'integer') return 'a fraction';
  return TYPES[typeof value] ?? typeof value;
}

/** `/ssl_mode/mode` as `ssl_mode.mode`, and `/schemas/0` as `schemas[0]`. */
function pathOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : memberOf(path, part)), ROOT);
}

function memberOf(parent: string, name: string): string {
  return parent === ROOT ? short(name) : `${parent}.${short(name)}`;
}

function short(text: string): string {
  return text.length > MAX_NAME_CHARACTERS ? `${text.slice(0, MAX_NAME_CHARACTERS)}…` : text;
}
