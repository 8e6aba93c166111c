import { applyDecorators, Header } from '@nestjs/common';
import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
import { type Headers, operationsOf, responsesOf } from './described-operations';

export interface Deprecation {
  /** Start of the deprecation. */
  readonly since: Date;
  /** End of support; absent if it is undecided. */
  readonly sunset?: Date;
  /** URL of a page that describes the replacement. */
  readonly see: string;
}

const EXTENSION = 'x-deprecation';

/**
 * Marks an operation as deprecated: in the OpenAPI document, and in its responses by `Deprecation` (RFC 9745), `Sunset`
 * (RFC 8594) and a link. See docs/versioning.md.
 */
export function DeprecatedOperation(deprecation: Deprecation): MethodDecorator {
  const headers = Object.entries(headersOf(deprecation));
  return applyDecorators(
    ApiExtension(EXTENSION, headersOf(deprecation)),
    ...headers.map(([name, value]) => Header(name, value)),
  );
}

/** Converts the extension into `deprecated` and documented response headers. */
export function markDeprecated(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    const headers = Object.entries(operation).find(([key]) => key === EXTENSION)?.[1] as
      Record<string, string> | undefined;
    if (!headers) continue;
    operation.deprecated = true;
    const described: Headers = Object.fromEntries(
      Object.entries(headers).map(([name, example]) => [
        name,
        { description: 'See docs/versioning.md.', schema: { type: 'string' }, example },
      ]),
    );
    for (const [status, response] of responsesOf(operation)) {
      if (status < 300) response.headers = { ...response.headers, ...described };
    }
  }
}

function headersOf({ since, sunset, see }: Deprecation): Record<string, string> {
  return {
    Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
    Link: `<${see}>; rel="deprecation"; type="text/html"`,
    ...(sunset && { Sunset: sunset.toUTCString() }),
  };
}
