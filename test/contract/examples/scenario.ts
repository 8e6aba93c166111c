import type { ScriptedUpstream } from '../../support/scripted-upstream';
import type { Method } from '../answers/calls';

/** A request, and what is there when it comes. */
export interface ExampleScenario {
  readonly operation: string;
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
  readonly path: string;
  readonly request?: object;
  readonly prepare?: (upstream: ScriptedUpstream) => void;
}
