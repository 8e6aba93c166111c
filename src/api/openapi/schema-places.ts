import type { OpenAPIObject } from '@nestjs/swagger';
import { isReference, operationsOf, responsesOf, type SchemaOrReference } from './described-operations';

export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces every schema of a document by the result of `convert`, innermost schemas first. */
export function convertSchemas(document: OpenAPIObject, convert: (schema: Json) => Json): Json {
  const copy = structuredClone(document);
  const deep = (schema: unknown): Json => convertDeep(schema, convert);
  const inContent = (content: Record<string, { schema?: SchemaOrReference }> = {}): void => {
    for (const media of Object.values(content))
      if (media.schema) Object.assign(media, { schema: deep(media.schema) });
  };
  const inHeaders = (headers: object = {}): void => {
    for (const header of Object.values(headers) as { schema?: unknown }[])
      if (header.schema) Object.assign(header, { schema: deep(header.schema) });
  };
  for (const operation of operationsOf(copy)) {
    for (const parameter of operation.parameters ?? [])
      if (!isReference(parameter) && parameter.schema)
        Object.assign(parameter, { schema: deep(parameter.schema) });
    if (operation.requestBody && !isReference(operation.requestBody))
      inContent(operation.requestBody.content);
    for (const [, response] of responsesOf(operation)) {
      inContent(response.content);
      inHeaders(response.headers);
    }
  }
  inHeaders(copy.components?.headers);
  const schemas = Object.entries(copy.components?.schemas ?? {}).map(([name, schema]) => [
    name,
    deep(schema),
  ]);
  return { ...copy, components: { ...copy.components, schemas: Object.fromEntries(schemas) as unknown } };
}

function convertDeep(schema: unknown, convert: (schema: Json) => Json): Json {
  if (!isJson(schema)) throw new Error('a schema must be an object');
  const inner: Record<string, unknown> = { ...schema };
  const { properties, items, allOf } = schema;
  if (isJson(properties))
    inner['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, convertDeep(property, convert)]),
    );
  if (isJson(items)) inner['items'] = convertDeep(items, convert);
  if (Array.isArray(allOf)) inner['allOf'] = allOf.map((one) => convertDeep(one, convert));
  return convert(inner);
}
