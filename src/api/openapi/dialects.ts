import type { OpenAPIObject } from '@nestjs/swagger';
import { convertSchemas, isJson, type Json } from './schema-places';

/** The two descriptions that are published. They say the same. */
export interface Descriptions {
  /** OpenAPI 3.1, the main one. */
  readonly '3.1': Json;
  /** OpenAPI 3.0.3, for generators that know no 3.1. */
  readonly '3.0': Json;
}

/**
 * Both descriptions, from one that is written as Nest writes it: in the words of 3.0, with `nullable` and `allOf` beside a
 * single reference wherever a member has a text of its own.
 */
export function dialectsOf(document: OpenAPIObject): Descriptions {
  return {
    '3.1': { ...convertSchemas(document, asJsonSchema), openapi: '3.1.0' },
    '3.0': { ...withNullableSchemas(convertSchemas(document, asPlainSchema)), openapi: '3.0.3' },
  };
}

/** Members of a schema that say something about its place, not about its values. */
const WORDS: readonly string[] = ['description', 'example', 'examples', 'default', 'deprecated'];

/** Schema of 3.1: null is a type, and a reference may have words beside it. */
function asJsonSchema(schema: Json): Json {
  const { nullable, example, allOf, ...rest } = schema;
  const only = singleReference(allOf);
  const withExamples = { ...rest, ...(example !== undefined && { examples: [example] }) };
  if (only !== null) {
    const words = without(withExamples, ['type']);
    return nullable === true ? orNull({ $ref: only }, words) : { $ref: only, ...words };
  }
  const full = { ...withExamples, ...(Array.isArray(allOf) && { allOf: allOf as readonly unknown[] }) };
  if (nullable !== true) return full;
  // Some generators look for the type of the items only where an array is nothing else.
  if (isListOfReferences(schema)) return orNull(without(full, WORDS), pick(full, WORDS));
  return { ...full, type: [schema['type'], 'null'] };
}

function orNull(schema: Json, words: Json): Json {
  return { anyOf: [schema, { type: 'null' }], ...words };
}

function isListOfReferences({ type, items }: Json): boolean {
  return type === 'array' && typeof items === 'object' && items !== null && '$ref' in items;
}

function pick(schema: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => names.includes(name)));
}

/**
 * Schema of 3.0 for generators. A reference stands alone, since several make a type of its own of an `allOf` around it, and
 * `nullable` beside it would mean nothing. Bounds of a number that may be null are left out: Ruby's clients compare null with
 * them. So are defaults of enums: several generators write them as a text, which Java refuses.
 */
function asPlainSchema(schema: Json): Json {
  const only = singleReference(schema['allOf']);
  if (only !== null) return { $ref: only, ...(schema['nullable'] === true && { nullable: true }) };
  if (schema['nullable'] === true && schema['type'] === 'integer')
    return without(schema, ['minimum', 'maximum']);
  return isJson(schema['properties']) ? withPlainReferences(schema, schema['properties']) : schema;
}

/** A member that may be null refers to a schema that may be null, or is left out of a request where it would be null. */
function withPlainReferences(schema: Json, properties: Json): Json {
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  const plain = Object.entries(properties).map(([name, property]) => {
    if (!isJson(property) || typeof property['$ref'] !== 'string' || property['nullable'] !== true)
      return [name, property];
    const target = property['$ref'];
    return [name, { $ref: required.includes(name) ? target + OR_NULL : target }];
  });
  return { ...schema, properties: Object.fromEntries(plain) as Json };
}

const SCHEMAS = '#/components/schemas/';
/** Not a prefix: `NullableRun` is a name that clients in Go make up themselves. */
const OR_NULL = 'OrNull';

/** Adds the schemas that may be null to which members refer. */
function withNullableSchemas(description: Json): Json {
  const components = isJson(description['components']) ? description['components'] : {};
  const schemas = isJson(components['schemas']) ? components['schemas'] : {};
  const names = JSON.stringify(description).matchAll(new RegExp(`${SCHEMAS}(\\w+)${OR_NULL}"`, 'g'));
  const added = [...new Set([...names].map(([, name = '']) => name))].map((name) => [
    name + OR_NULL,
    { ...(schemas[name] as Json), nullable: true },
  ]);
  const all = Object.entries({ ...schemas, ...(Object.fromEntries(added) as Json) });
  const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...description, components: { ...components, schemas: Object.fromEntries(sorted) as Json } };
}

function without(schema: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
}

function singleReference(allOf: unknown): string | null {
  if (!Array.isArray(allOf) || allOf.length !== 1) return null;
  const [only] = allOf as readonly unknown[];
  return typeof only === 'object' && only !== null && '$ref' in only ? String(only.$ref) : null;
}
