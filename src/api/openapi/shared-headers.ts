import type { OpenAPIObject } from '@nestjs/swagger';
import { type Headers, isReference, type Operation, operationsOf, responsesOf } from './described-operations';

const HEADERS = {
  'X-Request-Id': {
    description: 'Id of this request in the log of the gateway: the id that the caller sent, or a new one.',
    schema: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9_.~-]+$' },
    required: true,
    example: '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11',
  },
  RateLimit: {
    description:
      'Remaining requests (`r`) and seconds until the reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10. Absent if there is no rate limit.',
    schema: { type: 'string', maxLength: 128 },
    example: '"default";r=5999;t=60',
  },
  'RateLimit-Policy': {
    description: 'Quota of requests (`q`) per window in seconds (`w`).',
    schema: { type: 'string', maxLength: 128 },
    example: '"default";q=6000;w=60',
  },
  'Retry-After': {
    description: 'Seconds to wait before a retry.',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 2147483647 },
    example: 60,
  },
  'WWW-Authenticate': {
    description: 'Reason why the credentials were refused, see RFC 6750.',
    schema: { type: 'string', maxLength: 1024 },
    example: 'Bearer realm="airbyte-ingestion-api"',
  },
  'Idempotency-Replayed': {
    description: '`true` if the response is a replay of the first response to this Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
} satisfies Headers;

type HeaderName = keyof typeof HEADERS;

/** Statuses of temporary problems. */
const TEMPORARY = [409, 429, 502, 503, 504];

/** Documents the headers that hooks add to every response. */
export function addSharedHeaders(document: OpenAPIObject): void {
  document.components = { ...document.components, headers: { ...HEADERS } };
  for (const operation of operationsOf(document)) {
    for (const [status, response] of responsesOf(operation)) {
      const shared = headersOf(operation, status).map(
        (name) => [name, { $ref: `#/components/headers/${name}` }] as const,
      );
      response.headers = { ...response.headers, ...Object.fromEntries(shared) };
    }
  }
}

function headersOf(operation: Operation, status: number): HeaderName[] {
  const isForCallers = (operation.security?.length ?? 0) > 0;
  return [
    'X-Request-Id',
    ...(isForCallers ? (['RateLimit', 'RateLimit-Policy'] as const) : []),
    ...(TEMPORARY.includes(status) ? (['Retry-After'] as const) : []),
    ...(status === 401 || status === 403 ? (['WWW-Authenticate'] as const) : []),
    ...(takesKey(operation) ? (['Idempotency-Replayed'] as const) : []),
  ];
}

function takesKey(operation: Operation): boolean {
  return (operation.parameters ?? []).some(
    (parameter) => !isReference(parameter) && parameter.name === 'Idempotency-Key',
  );
}
