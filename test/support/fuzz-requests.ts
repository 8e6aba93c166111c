import fc, { type Arbitrary } from 'fast-check';
import { body, contentType } from './fuzz-bodies';
import { encoded, KNOWN_ID, nastyText } from './fuzz-texts';

export interface FuzzRequest {
  readonly route: Route;
  readonly method: string;
  /** The path as it is sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Route {
  readonly method: string;
  /** As in the API description: `/ingestion/{connectionId}`. */
  readonly path: string;
}

const WITH_BODY = ['POST', 'PATCH', 'PUT'];

/** Ids of all kinds. One in five exists. */
const id = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(KNOWN_ID, '1') },
  { weight: 1, arbitrary: fc.uuid({ version: 5 }) },
  { weight: 3, arbitrary: encoded(nastyText) },
);

const QUERY_NAMES = [
  'freshness',
  'pageSize',
  'pageToken',
  'status',
  'validateOnly',
  'name',
  'sourceId',
  'workspaceId',
  'limit',
  'offset',
  '__proto__',
  'constructor',
  'status[]',
  'status[$ne]',
  'workspaceIds',
];
const QUERY_VALUES = ['active', 'failed', '20', '0', '101', 'true', 'false', 'PT6H', '1-1', '99999-1'];

const someQuery = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...QUERY_NAMES), encoded(nastyText)),
      fc.oneof(fc.constantFrom(...QUERY_VALUES), encoded(nastyText)),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`));
const query = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: someQuery });

/** Characters that HTTP allows in a header value. */
const headerValue = nastyText.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 3000));

const headers = fc.dictionary(
  fc.constantFrom(
    'x-request-id',
    'traceparent',
    'tracestate',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'authorization',
    'x-api-key',
    'accept',
    'accept-encoding',
    'cookie',
    'origin',
    'referer',
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'x-http-method-override',
    'range',
    'expect-ct',
    'prefer',
    '__proto__x',
    'user-agent',
  ),
  fc.oneof(
    headerValue,
    fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    fc.uuid({ version: 5 }),
  ),
  { maxKeys: 4 },
);

/** Random requests for all routes. */
export function requestsFor(routes: readonly Route[]): Arbitrary<FuzzRequest> {
  return fc.constantFrom(...routes).chain((route) => {
    const withBody = WITH_BODY.includes(route.method);
    return fc
      .record({ ids: fc.array(id, { minLength: 2, maxLength: 2 }), query, headers, body, contentType })
      .map((parts) => ({
        route,
        method: route.method,
        path: filled(route.path, parts.ids) + parts.query,
        headers: { ...parts.headers, ...(withBody && { 'content-type': parts.contentType }) },
        body: withBody ? parts.body : null,
      }));
  });
}

function filled(path: string, ids: readonly string[]): string {
  let next = 0;
  return path.replace(/\{\w+\}/g, () => ids[next++] ?? '');
}
