/**
 * Whether a failed attempt can be repeated:
 * - `read`: no side effects, always retryable
 * - `idempotent`: a retry ends in the same state (PATCH, DELETE of a connection)
 * - `once`: a retry could have a second effect (creations, starting and cancelling jobs)
 */
export type Safety = 'read' | 'idempotent' | 'once';

/**
 * Concurrency limit that applies to a call. Creations and discoveries of streams hold Airbyte's threads for minutes. So do starts and
 * cancellations of jobs, which Airbyte answers only after the workflow started or stopped.
 */
export type Lane = 'read' | 'create' | 'discover' | 'start' | 'cancel';

/** Starts and cancellations share slots that no other call uses. */
export function isStartLane(lane: Lane): boolean {
  return lane === 'start' || lane === 'cancel';
}

/** One call of Airbyte's API, independent of transport, tokens and retries. */
export interface Operation {
  readonly name: string;
  /**
   * `internal`: an optional call of Airbyte's internal API. It has one attempt, is not sent during an outage, and its
   * outcome says nothing about the availability of Airbyte. Default: the public API.
   */
  readonly api?: 'internal';
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Relative to the API's base URL, ids encoded, with query. */
  readonly path: string;
  readonly body?: unknown;
  readonly safety: Safety;
  readonly lane: Lane;
  /** `json`: a JSON response. `nothing`: the body is ignored, but an HTML page is an error. */
  readonly expects: 'json' | 'nothing';
  /** True for health checks: one attempt, also while the circuit is open. */
  readonly probe?: boolean;
  /**
   * True for reads that run a connector in Airbyte, which continues after the client disconnects: one attempt.
   */
  readonly runsConnector?: boolean;
}

/** Whether the operation has one attempt, which may use the whole budget. */
export function isSingleAttempt({ probe = false, runsConnector = false, api }: Operation): boolean {
  return probe || runsConnector || api === 'internal';
}

/** Method and path without the query, for messages. */
export function methodAndPath(operation: Operation): string {
  const queryStart = operation.path.indexOf('?');
  const path = queryStart < 0 ? operation.path : operation.path.slice(0, queryStart);
  return `${operation.method} ${path}`;
}
