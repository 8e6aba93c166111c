/**
 * Kinds of failure of a call to Airbyte.
 *
 * - `bad_request` 400, `unprocessable` 422 and other 4xx: Airbyte rejects the request
 * - `not_found` 404, `forbidden` 403, `conflict` 409
 * - `unauthorized`: Airbyte rejects the gateway's own credentials, also with a fresh token
 * - `rate_limited` 429
 * - `failed`: 500 and unusual 5xx; often caused by the user, such as a source that cannot be reached
 * - `unavailable`: 502, 503 and 504
 * - `misbehaving`: not an answer of Airbyte's API (HTML, wrong content type or shape, too large)
 * - `unreachable`: nothing could be sent (refused, DNS, TLS); `dropped`: closed after sending
 * - `timeout`: the deadline of the call passed, or the caller disconnected
 * - `overloaded`: the queue is full; `circuit_open`: Airbyte was down a moment ago. Nothing was sent in either case.
 */
export type AirbyteErrorKind =
  | 'bad_request'
  | 'unprocessable'
  | 'not_found'
  | 'forbidden'
  | 'unauthorized'
  | 'conflict'
  | 'rate_limited'
  | 'failed'
  | 'unavailable'
  | 'misbehaving'
  | 'unreachable'
  | 'dropped'
  | 'timeout'
  | 'overloaded'
  | 'circuit_open';

/** Contents of an error response of Airbyte, which has four shapes. */
export interface UpstreamProblem {
  readonly upstreamMessage?: string | undefined;
  /** Identifies the entry in Airbyte's log. */
  readonly errorId?: string | undefined;
  /** Such as `SOURCE_CONNECTION`, `DESTINATION_CONNECTION`, `STANDARD_SYNC`. */
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  /** The `type` of Airbyte's problem. */
  readonly upstreamType?: string | undefined;
}

export interface AirbyteErrorDetails extends UpstreamProblem {
  /** Name of the client's method, or `signIn`. */
  readonly operation: string;
  /** Whether the request may have reached Airbyte. */
  readonly sent: boolean;
  readonly status?: number | undefined;
  /** System error code of `unreachable`, such as `ECONNREFUSED`; never a host or an address. */
  readonly transportCode?: string | undefined;
  /** True if a connection that was kept open between requests closed before any byte of a response. */
  readonly mayBeStale?: boolean | undefined;
  /** Delay before the next attempt, requested by Airbyte or the circuit breaker. */
  readonly retryAfterMs?: number | undefined;
  /** Time of the response by Airbyte's clock, from the `Date` header. */
  readonly upstreamDate?: Date | undefined;
  /** True if the change may have happened or may yet happen. */
  readonly outcomeUnknown?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The only error that calls to Airbyte reject with. Its message contains method and path, never a body or a
 * credential.
 */
export class AirbyteError extends Error {
  override readonly name = 'AirbyteError';
  readonly operation: string;
  readonly sent: boolean;
  readonly status: number | undefined;
  readonly upstreamMessage: string | undefined;
  readonly errorId: string | undefined;
  readonly resourceType: string | undefined;
  readonly resourceId: string | undefined;
  readonly upstreamType: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly upstreamDate: Date | undefined;
  readonly outcomeUnknown: boolean;

  constructor(
    readonly kind: AirbyteErrorKind,
    message: string,
    readonly details: AirbyteErrorDetails,
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.operation = details.operation;
    this.sent = details.sent;
    this.status = details.status;
    this.upstreamMessage = details.upstreamMessage;
    this.errorId = details.errorId;
    this.resourceType = details.resourceType;
    this.resourceId = details.resourceId;
    this.upstreamType = details.upstreamType;
    this.retryAfterMs = details.retryAfterMs;
    this.upstreamDate = details.upstreamDate;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }

  /** Copies the error with some details replaced. */
  with(changes: Partial<AirbyteErrorDetails>, kind: AirbyteErrorKind = this.kind): AirbyteError {
    return new AirbyteError(kind, this.message, { ...this.details, ...changes });
  }
}
