/** One way in which a request can fail. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/**
 * Every problem this API can answer with. A code never changes its meaning; docs/errors has a page for each,
 * and a test holds the two equal.
 */
export const PROBLEMS = {
  'validation-failed': { status: 400, title: 'The request has invalid fields' },
  'malformed-body': { status: 400, title: 'The body cannot be accepted' },
  'malformed-request': { status: 400, title: 'The request is not valid HTTP' },
  unauthenticated: { status: 401, title: 'It is not known who calls' },
  'not-permitted': { status: 403, title: 'The caller may not do this' },
  'route-not-found': { status: 404, title: 'There is no such route' },
  'ingestion-not-found': { status: 404, title: 'There is no such ingestion' },
  'run-not-found': { status: 404, title: 'There is no such run' },
  'method-not-allowed': { status: 405, title: 'The path takes other methods' },
  'run-in-progress': { status: 409, title: 'A run is in progress' },
  'run-ended': { status: 409, title: 'The run has ended' },
  'ingestion-inactive': { status: 409, title: 'The ingestion is inactive' },
  conflict: { status: 409, title: 'Airbyte refused this in its present state' },
  'request-in-progress': { status: 409, title: 'A request with this Idempotency-Key is being carried out' },
  'outcome-in-doubt': { status: 409, title: 'Airbyte may yet finish an earlier attempt' },
  'precondition-failed': { status: 412, title: 'The ingestion is another version than If-Match names' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'host-not-allowed': { status: 421, title: 'The Host header names another server' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'reference-not-found': { status: 422, title: 'The request names something that Airbyte does not know' },
  'workspace-mismatch': { status: 422, title: 'Source and destination are in different workspaces' },
  'rejected-by-airbyte': { status: 422, title: 'Airbyte refused the request' },
  'rate-limited': { status: 429, title: 'The caller sends too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'The gateway failed' },
  'airbyte-rejected-credentials': { status: 502, title: "Airbyte refused the gateway's own credentials" },
  'airbyte-failed': { status: 502, title: 'Airbyte failed' },
  'airbyte-misbehaved': { status: 502, title: 'Airbyte gave an answer that cannot be understood' },
  'airbyte-unreachable': { status: 502, title: 'Airbyte cannot be reached' },
  'airbyte-unavailable': { status: 503, title: 'Airbyte is not available at the moment' },
  'idempotency-unavailable': { status: 503, title: 'Idempotency keys cannot be kept at the moment' },
  'sign-in-unavailable': { status: 503, title: 'Tokens cannot be checked at the moment' },
  'not-ready': { status: 503, title: 'The gateway is not ready to serve requests' },
  'airbyte-timeout': { status: 504, title: 'Airbyte did not answer in time' },
  'outcome-unknown': { status: 504, title: 'It is not known whether Airbyte carried this out' },
} as const satisfies Record<string, ProblemKind>;

/** Stable, machine-readable name of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;
