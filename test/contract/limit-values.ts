import { document } from '../support/contract-document';
import {
  isReference,
  nameOf,
  type Schema,
  type SchemaOrReference,
} from '../../src/api/openapi/described-operations';

/** A schema with its references and `allOf` resolved one level, as far as limits are concerned. */
export function resolved(schema: SchemaOrReference): Schema {
  if (isReference(schema)) {
    const target = document.components?.schemas?.[nameOf(schema)];
    if (!target) throw new Error(`there is no schema ${schema.$ref}`);
    return resolved(target);
  }
  const [only] = schema.allOf ?? [];
  return only ? { ...resolved(only), ...schema } : schema;
}

/** Everything that a schema of a request may say: of each, values are tried below, or it limits nothing. */
const KNOWN = new Set([
  ...['type', 'nullable', 'enum', 'minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum'],
  ...['items', 'minItems', 'maxItems', 'properties', 'required', 'additionalProperties'],
  ...['allOf', 'description', 'default', 'example'],
]);

/** Texts that have a format, and some that only nearly have. */
const OF_FORMAT: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2026-01-15T10:30:00Z', '2026-01-15T10:30:00.5+01:00', '2026-01-15', '2026-13-01T00:00:00Z'],
  int32: [],
};

/** Values at each documented limit of a field, just past it, and of every kind that it may not have. */
export function valuesAround(schemaOrReference: SchemaOrReference): unknown[] {
  const schema = resolved(schemaOrReference);
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`nothing is tried of ${unknown.join()}`);
  const kinds: unknown[] = [null, 'x', 7, 1.5, true, {}, [], ['x']];
  switch (schema.type) {
    case 'string':
      return [...kinds, ...texts(schema)];
    case 'integer':
      return [...kinds, ...around(schema.minimum), ...around(schema.maximum), 2 ** 53, -1];
    case 'array':
      return [...kinds, ...arrays(schema)];
    default:
      return kinds;
  }
}

function texts(schema: Schema): unknown[] {
  const words: unknown[] = schema.enum ?? [];
  const lengths = [schema.minLength, schema.maxLength].flatMap(around).filter((length) => length >= 0);
  // Beyond the first plane: a character is one, whatever UTF-16 makes of it.
  const long = lengths.flatMap((length) => ['x'.repeat(length), '𝒳'.repeat(length)]);
  const odd =
    schema.pattern === undefined ? [] : ['.', '..', '...', 'a/b', 'a b', '%', 'a\n', '', '~', '-.-'];
  const formatted = schema.format === undefined ? [] : OF_FORMAT[schema.format];
  if (!formatted) throw new Error(`nothing is tried of the format ${String(schema.format)}`);
  return [...words, ...words.map((word) => String(word).toUpperCase()), ...long, ...odd, ...formatted];
}

function arrays(schema: Schema): unknown[] {
  const { items } = schema;
  const item: unknown = items && !Array.isArray(items) ? (resolved(items).example ?? 'x') : 'x';
  const lengths = [schema.minItems, schema.maxItems].flatMap(around).filter((length) => length >= 0);
  return lengths.map((length) => Array.from({ length }, (_, index) => `${String(item)}-${index}`));
}

function around(limit: number | undefined): number[] {
  return limit === undefined ? [] : [limit - 1, limit, limit + 1];
}
