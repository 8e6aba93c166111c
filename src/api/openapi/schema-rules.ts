import type { OpenAPIObject } from '@nestjs/swagger';
import {
  type Headers,
  isReference,
  nameOf,
  operationsOf,
  responsesOf,
  type Schema,
  type SchemaOrReference,
} from './described-operations';

/** Sets `additionalProperties: false` on request bodies, because the validators refuse unknown members. */
export function closeRequests(document: OpenAPIObject): void {
  const seen = new Set<string>();
  const close = (schema: SchemaOrReference | undefined): void => {
    if (!schema) return;
    if (!isReference(schema)) {
      [...(schema.allOf ?? []), ...Object.values(schema.properties ?? {})].forEach(close);
      if (isItem(schema.items)) close(schema.items);
      return;
    }
    const name = nameOf(schema);
    const target = document.components?.schemas?.[name];
    if (seen.has(name) || !target || isReference(target)) return;
    seen.add(name);
    if (target.type === 'object') target.additionalProperties = false;
    close(target);
  };
  for (const { requestBody } of operationsOf(document)) {
    if (requestBody && !isReference(requestBody)) close(requestBody.content['application/json']?.schema);
  }
}

/** Adds the `type` that `nullable` requires (OpenAPI 3.0.3, Schema Object) to references to enums. */
export function typeNullables(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  for (const owner of Object.values(schemas)) {
    if (isReference(owner)) continue;
    for (const property of Object.values(owner.properties ?? {})) {
      if (isReference(property) || !property.nullable || property.type !== undefined) continue;
      const [only] = property.allOf ?? [];
      const target = only && isReference(only) ? schemas[nameOf(only)] : undefined;
      if (target && !isReference(target) && target.type !== undefined) property.type = target.type;
    }
  }
}

/** Adds a format and bounds to every integer. Generators choose the integer type by them. */
export function boundIntegers(document: OpenAPIObject): void {
  const bound = (schema: SchemaOrReference | undefined): void => {
    if (!schema || isReference(schema)) return;
    if (schema.type === 'integer') {
      schema.format ??= 'int32';
      schema.minimum ??= 0;
      schema.maximum ??= schema.format === 'int64' ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1;
    }
    Object.values(schema.properties ?? {}).forEach(bound);
    if (isItem(schema.items)) bound(schema.items);
  };
  Object.values(document.components?.schemas ?? {}).forEach(bound);
  const boundHeaders = (headers: Headers = {}): void => {
    for (const header of Object.values(headers)) if (!isReference(header)) bound(header.schema);
  };
  boundHeaders(document.components?.headers);
  for (const operation of operationsOf(document)) {
    for (const parameter of operation.parameters ?? []) if (!isReference(parameter)) bound(parameter.schema);
    for (const [, response] of responsesOf(operation)) boundHeaders(response.headers);
  }
}

/** Copies the description of the schema to a response without a description. */
export function describeAnswers(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    for (const [, response] of responsesOf(operation)) {
      const schema = response.content?.['application/json']?.schema;
      const target =
        schema && isReference(schema) ? document.components?.schemas?.[nameOf(schema)] : undefined;
      if (target && !isReference(target)) response.description ||= target.description ?? 'Done.';
    }
  }
}

function isItem(items: Schema['items']): items is SchemaOrReference {
  return items !== undefined && !Array.isArray(items);
}
