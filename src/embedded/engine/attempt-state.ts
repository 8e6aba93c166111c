import type { Failure } from '../store/jobs';

/** The phases of an attempt. It never goes back to an earlier one. */
export type AttemptState =
  | { readonly phase: 'created' }
  | { readonly phase: 'running' }
  /** The first failure counts. States that the destination still gives back are kept. */
  | { readonly phase: 'failing'; readonly failure: Failure }
  /** Rows or states did not arrive as they were sent, so no further state is kept. */
  | { readonly phase: 'untrusted'; readonly failure: Failure }
  | { readonly phase: 'ended'; readonly failure: Failure | null };

/** The failure of an attempt so far, or null. */
export function failureIn(state: AttemptState): Failure | null {
  return 'failure' in state ? state.failure : null;
}

/** The state after a failure. */
export function failed(state: AttemptState, failure: Failure): AttemptState {
  return state.phase === 'created' || state.phase === 'running' ? { phase: 'failing', failure } : state;
}

/** The state after rows or states did not arrive as they were sent. */
export function untrusted(state: AttemptState, failure: Failure): AttemptState {
  return state.phase === 'ended' ? state : { phase: 'untrusted', failure: failureIn(state) ?? failure };
}
