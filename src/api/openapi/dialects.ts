import type { OpenAPIObject } from '@nestjs/swagger';
import { convertSchemas, isJson, type Json } from './schema-places';

/** The two published documents, with the same content, except that only 3.1 has webhooks. */
export interface Descriptions {
  /** OpenAPI 3.1, the primary document. */
  readonly '3.1': Json;
  /** OpenAPI 3.0.3, for generators without support for 3.1. */
  readonly '3.0': Json;
}

/**
 * Converts the document of Nest into both versions. Nest writes 3.0 with `nullable`. For a reference with a description of
 * its own, it writes `allOf` around the reference.
 */
export function dialectsOf(document: OpenAPIObject): Descriptions {
  return {
    '3.1': { ...convertSchemas(document, asJsonSchema), openapi: '3.1.0' },
    '3.0': {
      ...withoutWebhooks(withNullableSchemas(convertSchemas(document, asPlainSchema))),
      openapi: '3.0.3',
    },
  };
}

/** Annotations: members of a schema that do not constrain its values. */
const ANNOTATIONS: readonly string[] = ['description', 'example', 'examples', 'default', 'deprecated'];

/** Converts a schema to 3.1. There, null is a type, and a reference may have annotations. */
function asJsonSchema(schema: Json): Json {
  const { nullable, example, allOf, ...rest } = schema;
  const only = singleReference(allOf);
  const withExamples = { ...rest, ...(example !== undefined && { examples: [example] }) };
  if (only !== null) {
    const annotations = without(withExamples, ['type']);
    return nullable === true ? orNull({ $ref: only }, annotations) : { $ref: only, ...annotations };
  }
  const full = { ...withExamples, ...(Array.isArray(allOf) && { allOf: allOf as readonly unknown[] }) };
  if (nullable !== true) return full;
  // Some generators read the item type of an array only if null is not one of its types.
  if (isListOfReferences(schema)) return orNull(without(full, ANNOTATIONS), pick(full, ANNOTATIONS));
  return { ...full, type: [schema['type'], 'null'] };
}

function orNull(schema: Json, annotations: Json): Json {
  return { anyOf: [schema, { type: 'null' }], ...annotations };
}

function isListOfReferences({ type, items }: Json): boolean {
  return type === 'array' && typeof items === 'object' && items !== null && '$ref' in items;
}

function pick(schema: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => names.includes(name)));
}

/**
 * Converts a schema to 3.0 for generators. References have no annotations, because several generators create an extra type
 * for an `allOf` around a reference. Nullable integers have no bounds, because Ruby clients compare null with them.
 */
function asPlainSchema(schema: Json): Json {
  const only = singleReference(schema['allOf']);
  if (only !== null) return { $ref: only, ...(schema['nullable'] === true && { nullable: true }) };
  if (schema['nullable'] === true && schema['type'] === 'integer')
    return without(schema, ['minimum', 'maximum']);
  return isJson(schema['properties']) ? withPlainReferences(schema, schema['properties']) : schema;
}

/** Required nullable members refer to a nullable schema. Optional members are absent instead of null. */
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
/** A prefix would conflict with generated Go clients, which use names such as `NullableRun`. */
const OR_NULL = 'OrNull';

/** Adds the nullable schemas that members refer to, and removes schemas that are only used as nullable. */
function withNullableSchemas(description: Json): Json {
  const components = isJson(description['components']) ? description['components'] : {};
  const schemas = isJson(components['schemas']) ? components['schemas'] : {};
  const used = namesIn(description);
  const replaced = Object.keys(schemas).filter((name) => used.has(name + OR_NULL));
  const added = replaced.map((name) => [name + OR_NULL, nullableSchema(schemas[name] as Json)]);
  const unused = replaced.filter((name) => !used.has(name));
  const all = Object.entries({ ...without(schemas, unused), ...(Object.fromEntries(added) as Json) });
  const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...description, components: { ...components, schemas: Object.fromEntries(sorted) as Json } };
}

/** `nullable` does not add null to the values of an enum, so the enum lists it (OpenAPI 3.0.3, clarification of nullable). */
function nullableSchema(schema: Json): Json {
  const values: unknown = schema['enum'];
  return {
    ...schema,
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
    nullable: true,
  };
}

/** Removes the webhooks, and the schemas that only they use. */
function withoutWebhooks(description: Json): Json {
  const rest = without(description, ['webhooks', 'components']);
  const { schemas, ...others } = isJson(description['components']) ? description['components'] : {};
  const known = isJson(schemas) ? schemas : {};
  const used = new Set<string>();
  const collect = (part: unknown): void => {
    for (const name of namesIn(part)) {
      if (used.has(name)) continue;
      used.add(name);
      collect(known[name]);
    }
  };
  collect([rest, others]);
  return { ...rest, components: { ...others, schemas: pick(known, [...used]) } };
}

/** Names of the schemas that a part of the description refers to. */
function namesIn(part: unknown): Set<string> {
  const references = JSON.stringify(part).matchAll(new RegExp(`"${SCHEMAS}(\\w+)"`, 'g'));
  return new Set([...references].map(([, name = '']) => name));
}

function without(schema: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
}

function singleReference(allOf: unknown): string | null {
  if (!Array.isArray(allOf) || allOf.length !== 1) return null;
  const [only] = allOf as readonly unknown[];
  return typeof only === 'object' && only !== null && '$ref' in only ? String(only.$ref) : null;
}
