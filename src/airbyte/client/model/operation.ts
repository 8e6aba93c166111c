/**
 * What a failed attempt leaves open:
 * - `read`: nothing changes, repeat at will
 * - `idempotent`: repeating ends in the same state (PATCH, DELETE of a connection)
 * - `once`: repeating could do the thing twice (creations, starting and cancelling jobs)
 */
export type Safety = 'read' | 'idempotent' | 'once';

/**
 * The allowance that a call draws on. Creations hold Airbyte's threads for minutes; so do starts and cancellations of
 * jobs, which Airbyte answers only once the workflow runs or has stopped.
 */
export type Lane = 'read' | 'create' | 'start' | 'cancel';

/** Whether this is a start or a cancellation: both share places that nothing else uses. */
export function isStartLane(lane: Lane): boolean {
  return lane === 'start' || lane === 'cancel';
}

/** One call of Airbyte's API, before anything is known of transport, tokens or retries. */
export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's base, ids encoded, query included. */
  readonly path: string;
  readonly body?: unknown;
  readonly safety: Safety;
  readonly lane: Lane;
  /** `json`: a JSON answer; `nothing`: whatever it is, it is not read, but a web page is no answer. */
  readonly expects: 'json' | 'nothing';
  /** True for health checks: one attempt, made even while the circuit is open. */
  readonly probe?: boolean;
  /** True for reads that run a connector in Airbyte, which goes on when nothing waits for it: one attempt. */
  readonly runsConnector?: boolean;
}

/** Whether the first attempt is the only one, and may take the whole budget. */
export function isSingleAttempt({ probe = false, runsConnector = false }: Operation): boolean {
  return probe || runsConnector;
}

/** Where an operation went, for messages: method and path without the query. */
export function methodAndPath(operation: Operation): string {
  const queryStart = operation.path.indexOf('?');
  const path = queryStart < 0 ? operation.path : operation.path.slice(0, queryStart);
  return `${operation.method} ${path}`;
}
