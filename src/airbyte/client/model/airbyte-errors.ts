/**
 * What went wrong with a call to Airbyte.
 *
 * - `bad_request` 400, `unprocessable` 422 and other 4xx: Airbyte refuses what it was sent
 * - `not_found` 404, `forbidden` 403, `conflict` 409
 * - `unauthorized`: Airbyte refuses the gateway's own credentials, a fresh token included
 * - `rate_limited` 429
 * - `failed`: 500 and unusual 5xx; often the user's fault, such as a source that cannot be reached
 * - `unavailable`: 502, 503 and 504
 * - `misbehaving`: not an answer of Airbyte's API (HTML, wrong content type or shape, too large)
 * - `unreachable`: nothing could be sent (refused, DNS, TLS); `dropped`: cut off after sending
 * - `timeout`: the budget of the call ended, or its caller gave up
 * - `overloaded`: too many calls wait already; `circuit_open`: Airbyte was down a moment ago. Nothing was sent.
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

/** What Airbyte said in one of its four error shapes. */
export interface UpstreamProblem {
  readonly upstreamMessage?: string | undefined;
  /** The only handle on Airbyte's own logs. */
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
  /** May the request have reached Airbyte? */
  readonly sent: boolean;
  readonly status?: number | undefined;
  /** Of an `unreachable`, such as `ECONNREFUSED`: never a host or an address. */
  readonly transportCode?: string | undefined;
  /** How long Airbyte, or the circuit breaker, asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** Airbyte's clock when it answered, from the `Date` header. */
  readonly upstreamDate?: Date | undefined;
  /** True: the change may have happened, or may yet happen, and nobody can tell. */
  readonly outcomeUnknown?: boolean | undefined;
  readonly cause?: unknown;
}

/** The only error that calls to Airbyte end in. Its message holds method and path, never a body or a credential. */
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

  /** The same error with some details replaced. */
  with(changes: Partial<AirbyteErrorDetails>, kind: AirbyteErrorKind = this.kind): AirbyteError {
    return new AirbyteError(kind, this.message, { ...this.details, ...changes });
  }
}
