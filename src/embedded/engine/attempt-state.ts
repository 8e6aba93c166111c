import type { Failure } from '../store/failure';

/** The phases of an attempt, in their order. */
export type AttemptState =
  | { readonly phase: 'created' }
  | { readonly phase: 'running' }
  /** The first failure is reported. Later acknowledgements are still committed. */
  | { readonly phase: 'failing'; readonly failure: Failure }
  /** Counts of rows or states differ, so no further state is committed. */
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

/** The state after counts of rows or states differ. */
export function untrusted(state: AttemptState, failure: Failure): AttemptState {
  return state.phase === 'ended' ? state : { phase: 'untrusted', failure: failureIn(state) ?? failure };
}
