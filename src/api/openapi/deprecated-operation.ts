import { applyDecorators, Header } from '@nestjs/common';
import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
import { type Headers, operationsOf, responsesOf } from './described-operations';

export interface Deprecation {
  /** Since when callers should use something else. */
  readonly since: Date;
  /** When it stops being answered; absent while that is open. */
  readonly sunset?: Date;
  /** Page that says what to use instead. */
  readonly see: string;
}

const EXTENSION = 'x-deprecation';

/**
 * Marks an operation as going away: in the description, and on its answers by `Deprecation` (RFC 9745), `Sunset`
 * (RFC 8594) and a link. docs/versioning.md says when to use it.
 */
export function DeprecatedOperation(deprecation: Deprecation): MethodDecorator {
  const headers = Object.entries(headersOf(deprecation));
  return applyDecorators(
    ApiExtension(EXTENSION, headersOf(deprecation)),
    ...headers.map(([name, value]) => Header(name, value)),
  );
}

/** Carries what the decorator noted into the description's own words. */
export function markDeprecated(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    const noted = Object.entries(operation).find(([key]) => key === EXTENSION)?.[1] as
      Record<string, string> | undefined;
    if (!noted) continue;
    operation.deprecated = true;
    const described: Headers = Object.fromEntries(
      Object.entries(noted).map(([name, example]) => [
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
