import type { OpenAPIObject } from '@nestjs/swagger';
import { convertSchemas, type Json } from './schema-places';

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
    '3.0': { ...convertSchemas(document, asPlainSchema), openapi: '3.0.3' },
  };
}

/** Schema of 3.1: null is a type, and a reference may have words beside it. */
function asJsonSchema(schema: Json): Json {
  const { nullable, example, allOf, type, ...rest } = schema;
  const only = singleReference(allOf);
  const words = { ...rest, ...(example !== undefined && { examples: [example] }) };
  if (only !== null)
    return nullable === true
      ? { anyOf: [{ $ref: only }, { type: 'null' }], ...words }
      : { $ref: only, ...words };
  return {
    ...(type !== undefined && { type: nullable === true ? [type, 'null'] : type }),
    ...(Array.isArray(allOf) && { allOf: allOf as readonly unknown[] }),
    ...words,
  };
}

/**
 * Schema of 3.0 for generators. A reference stands alone, since several make a type of its own of an `allOf` around it; one
 * that may be null has to keep it. Bounds of a number that may be null are left out: Ruby's clients compare null with them.
 */
function asPlainSchema(schema: Json): Json {
  const only = singleReference(schema['allOf']);
  if (only === null)
    return schema['nullable'] === true && schema['type'] === 'integer'
      ? without(schema, ['minimum', 'maximum'])
      : schema;
  if (schema['nullable'] !== true) return { $ref: only };
  // Several generators write the default of an enum as a text, which Java refuses.
  return without(schema, ['default']);
}

function without(schema: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
}

function singleReference(allOf: unknown): string | null {
  if (!Array.isArray(allOf) || allOf.length !== 1) return null;
  const [only] = allOf as readonly unknown[];
  return typeof only === 'object' && only !== null && '$ref' in only ? String(only.$ref) : null;
}
