import type { OpenAPIObject } from '@nestjs/swagger';
import { markDeprecated } from './deprecated-operation';
import { describeSchemas } from './descriptions';
import { addExamples } from './examples';
import { isReference, operationsOf } from './described-operations';
import { addSharedHeaders } from './shared-headers';
import { boundIntegers, closeRequests, describeAnswers, typeNullables } from './schema-rules';

/** Adds the common parts of operations and schemas, and sorts the document, so that its order is stable. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  for (const operation of operationsOf(document)) operation.security ??= [];
  addSharedHeaders(document);
  closeRequests(document);
  markDeprecated(document);
  describeSchemas(document);
  describeAnswers(document);
  typeNullables(document);
  boundIntegers(document);
  addExamples(document);
  addKeyExamples(document);
  return sorted(document);
}

/** Each operation has its own example key, because tools send the examples of several operations in sequence. */
function addKeyExamples(document: OpenAPIObject): void {
  for (const { operationId, parameters = [] } of operationsOf(document)) {
    for (const parameter of parameters)
      if (!isReference(parameter) && parameter.name === 'Idempotency-Key')
        parameter.example = `example-of-${operationId ?? ''}`;
  }
}

/** Sorts maps by name. The fields of a schema keep their order. */
function sorted(document: OpenAPIObject): OpenAPIObject {
  const { components = {} } = document;
  return {
    ...document,
    tags: [...(document.tags ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
    paths: byName(document.paths),
    components: {
      examples: byName(components.examples ?? {}),
      headers: byName(components.headers ?? {}),
      schemas: byName(components.schemas ?? {}),
      securitySchemes: byName(components.securitySchemes ?? {}),
    },
  };
}

function byName<T>(map: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
