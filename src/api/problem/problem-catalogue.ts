/** A kind of problem. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** All problems of this API. The meaning of a code never changes. A test compares this list with the pages in docs/errors. */
export const PROBLEMS = {
  'validation-failed': { status: 400, title: 'Invalid fields' },
  'malformed-body': { status: 400, title: 'Malformed request body' },
  'malformed-request': { status: 400, title: 'Malformed HTTP request' },
  unauthenticated: { status: 401, title: 'Authentication required' },
  'not-permitted': { status: 403, title: 'Insufficient permissions' },
  'route-not-found': { status: 404, title: 'Route not found' },
  'ingestion-not-found': { status: 404, title: 'Ingestion not found' },
  'run-not-found': { status: 404, title: 'Run not found' },
  'source-not-found': { status: 404, title: 'Source not found' },
  'stream-not-found': { status: 404, title: 'Stream not found' },
  'webhook-not-found': { status: 404, title: 'Webhook not found' },
  'delivery-not-found': { status: 404, title: 'Delivery not found' },
  'destination-not-found': { status: 404, title: 'Destination not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'run-in-progress': { status: 409, title: 'Run in progress' },
  'run-ended': { status: 409, title: 'Run already ended' },
  'ingestion-inactive': { status: 409, title: 'Ingestion inactive' },
  'connector-in-use': { status: 409, title: 'Source or destination in use' },
  'table-in-use': { status: 409, title: 'Table written by another ingestion' },
  conflict: { status: 409, title: 'Conflict with the current state in Airbyte' },
  'too-many-webhooks': { status: 409, title: 'Too many webhooks' },
  'request-in-progress': { status: 409, title: 'Request with this Idempotency-Key in progress' },
  'outcome-in-doubt': { status: 409, title: 'Outcome of an earlier attempt still unknown' },
  'events-expired': { status: 410, title: 'Events no longer kept' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'body-too-large': { status: 413, title: 'Request body too large' },
  'uri-too-long': { status: 414, title: 'URL too long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'host-not-allowed': { status: 421, title: 'Host not allowed' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key reused' },
  'reference-not-found': { status: 422, title: 'Reference not found' },
  'source-unreachable': { status: 422, title: 'Source unreachable' },
  'workspace-mismatch': { status: 422, title: 'Source and destination in different workspaces' },
  'rejected-by-airbyte': { status: 422, title: 'Request rejected by Airbyte' },
  'rate-limited': { status: 429, title: 'Rate limit exceeded' },
  'headers-too-large': { status: 431, title: 'Request headers too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'capability-off': { status: 501, title: 'Not available in this Airbyte installation' },
  'airbyte-rejected-credentials': { status: 502, title: 'Airbyte rejected the credentials of the gateway' },
  'airbyte-failed': { status: 502, title: 'Airbyte failed' },
  'airbyte-misbehaved': { status: 502, title: 'Invalid response from Airbyte' },
  'airbyte-unreachable': { status: 502, title: 'Airbyte unreachable' },
  'airbyte-unavailable': { status: 503, title: 'Airbyte unavailable' },
  'events-unavailable': { status: 503, title: 'Event log unavailable' },
  'idempotency-unavailable': { status: 503, title: 'Idempotency store unavailable' },
  'sign-in-unavailable': { status: 503, title: 'Token verification unavailable' },
  'not-ready': { status: 503, title: 'Gateway not ready' },
  'airbyte-timeout': { status: 504, title: 'Airbyte timeout' },
  'outcome-unknown': { status: 504, title: 'Outcome unknown' },
} as const satisfies Record<string, ProblemKind>;

/** Stable, machine-readable code of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;
