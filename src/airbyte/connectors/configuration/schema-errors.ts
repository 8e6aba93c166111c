import type { DefinedError, ErrorObject } from 'ajv';
import type { FieldErrorDto } from '../../../api/problem/problem.dto';
import { isMembers } from '../../client/model/parse';
import { nameList, Suggestions } from '../../core/suggestions';

const MAX_NAME_CHARACTERS = 100;
const ROOT = 'configuration';

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

/** Explains errors of a JSON schema by field. Values may be secrets and are never repeated. */
export function schemaErrors(errors: readonly ErrorObject[]): FieldErrorDto[] {
  const suggestions = new Suggestions();
  const explained = errors.map((error) => explain(error, suggestions));
  const unique = new Map(explained.map((error) => [JSON.stringify(error), error]));
  return [...unique.values()];
}

function explain(error: ErrorObject, suggestions: Suggestions): FieldErrorDto {
  const field = fieldOf(error.instancePath);
  const known = error as DefinedError;
  switch (known.keyword) {
    case 'required': {
      const missing = `${field}.${short(known.params.missingProperty)}`;
      return {
        field: missing,
        reason: 'is missing',
        hint: describe(memberOf(error.parentSchema, known.params.missingProperty)),
      };
    }
    case 'additionalProperties': {
      const name = known.params.additionalProperty;
      const names = membersOf(error.parentSchema);
      const fields = names.length === 0 ? 'It has no fields.' : `The fields here are: ${nameList(names)}.`;
      const meant = suggestions.for(name, names);
      return {
        field: `${field}.${short(name)}`,
        reason: 'is not a field of this connector',
        hint: `${meant === '' ? 'Remove it. ' : meant}${fields}`,
      };
    }
    case 'type': {
      const types: string[] = [known.params.type].flat();
      const wanted = types.map((type) => TYPES[type] ?? type);
      return {
        field,
        reason: `must be ${wanted.join(' or ')}, not ${typeOf(known.data)}`,
        hint: typeHint(known.data, types) ?? describe(error.parentSchema),
      };
    }
    case 'enum':
      return { field, reason: 'is not an allowed value', hint: oneOf(known.params.allowedValues) };
    case 'const':
      return { field, reason: 'is not an allowed value', hint: oneOf([known.params.allowedValue]) };
    case 'pattern': {
      const schema: unknown = error.parentSchema;
      const form = isMembers(schema) ? schema['pattern_descriptor'] : undefined;
      const wanted = typeof form === 'string' && form !== '' ? form : known.params.pattern;
      return {
        field,
        reason: 'does not have the required form',
        hint: `Write it in the form ${short(wanted)}.`,
      };
    }
    case 'oneOf':
    case 'anyOf':
      return {
        field,
        reason: 'fits no single alternative of the connector',
        hint: describe(error.parentSchema),
      };
    default:
      return {
        field,
        reason: short(error.message ?? `breaks the rule ${error.keyword}`),
        hint: describe(error.parentSchema),
      };
  }
}

function memberOf(schema: unknown, name: string): unknown {
  const properties = isMembers(schema) ? schema['properties'] : undefined;
  return isMembers(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function membersOf(schema: unknown): string[] {
  return isMembers(schema) && isMembers(schema['properties']) ? Object.keys(schema['properties']) : [];
}

/** The connector's own words about a field. */
function describe(schema: unknown): string {
  const known = isMembers(schema) ? schema : {};
  const words = [known['title'], known['description']].filter(
    (text) => typeof text === 'string' && text !== '',
  );
  const plain = words
    .join(': ')
    .replace(/<[^>]{0,200}>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === ''
    ? 'GET /connector-definitions has the schema of the connector.'
    : `${plain.slice(0, 300).replace(/[.:\s]+$/, '')}.`;
}

function typeHint(value: unknown, wanted: readonly unknown[]): string | null {
  if (value === null) return 'Leave it out.';
  if (typeof value === 'string') {
    const isNumber = value.trim() !== '' && Number.isFinite(Number(value));
    if (isNumber && (wanted.includes('integer') || wanted.includes('number')))
      return 'Send the number without quotes.';
    if (/^(true|false)$/i.test(value) && wanted.includes('boolean')) return 'Send it without quotes.';
  }
  if (wanted.includes('array') && !Array.isArray(value)) return 'Send it in a list, [ ].';
  if (wanted.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return 'Send it in quotes.';
  return null;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return TYPES[typeof value] ?? typeof value;
}

function oneOf(allowed: readonly unknown[]): string {
  return `Write one of ${nameList(allowed.map((value) => short(JSON.stringify(value))))}.`;
}

/** `/ssl_mode/mode` as `configuration.ssl_mode.mode`, and `/schemas/0` as `configuration.schemas[0]`. */
function fieldOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce(
    (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : `${path}.${short(part)}`),
    ROOT,
  );
}

function short(text: string): string {
  return text.length > MAX_NAME_CHARACTERS ? `${text.slice(0, MAX_NAME_CHARACTERS)}…` : text;
}
