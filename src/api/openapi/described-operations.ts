import type { OpenAPIObject } from '@nestjs/swagger';

// Nest exports the type of the document, but not the types of its parts.
type Components = NonNullable<OpenAPIObject['components']>;
export type SchemaOrReference = NonNullable<Components['schemas']>[string];
export type Reference = Extract<SchemaOrReference, { $ref: string }>;
export type Schema = Exclude<SchemaOrReference, Reference>;
export type Headers = NonNullable<Components['headers']>;
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
export type Response = Exclude<NonNullable<Operation['responses'][string]>, Reference>;
export type Content = NonNullable<Response['content']>;
export type Examples = NonNullable<Content[string]['examples']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) =>
    METHODS.flatMap((method) => (path[method] ? [path[method]] : [])),
  );
}

/** The responses of an operation with their statuses, without references. */
export function responsesOf(operation: Operation): [status: number, response: Response][] {
  return Object.entries(operation.responses).flatMap(([status, response]) =>
    response && !isReference(response) ? [[Number(status), response]] : [],
  );
}

export function isReference(value: object): value is Reference {
  return '$ref' in value;
}

/** Name of the referenced component. */
export function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}
