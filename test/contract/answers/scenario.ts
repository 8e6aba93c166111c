import type { Reply } from '../../support/scripted-upstream';
import {
  type Given,
  HASTY,
  LIMITED_KEY,
  LIMITED_KEYS,
  type Setting,
  type ScenarioContext,
} from './test-gateways';

/** A request, and the state in which it gets a certain documented answer. */
export interface ProblemScenario extends Setting {
  /** @returns the last answer */
  readonly run: (context: ScenarioContext) => Promise<Given>;
}

export const NOBODY = 'http://127.0.0.1:1';
export const NO_REDIS = 'redis://127.0.0.1:1';
/** The call upstream with which an operation changes something. */
const CHANGES: Readonly<Record<string, string>> = {
  createIngestion: 'POST /connections',
  patchIngestion: 'PATCH /connections/:id',
  deleteIngestion: 'DELETE /connections/:id',
  createSource: 'POST /sources',
  patchSource: 'PATCH /sources/:id',
  deleteSource: 'DELETE /sources/:id',
  createDestination: 'POST /destinations',
  patchDestination: 'PATCH /destinations/:id',
  deleteDestination: 'DELETE /destinations/:id',
  startRun: 'POST /jobs',
  cancelRun: 'DELETE /jobs/:id',
};

/** Whoever sends another body or takes another path with it uses it again. */
export const keyOf = ({ call }: ScenarioContext): Record<string, string> => ({
  'Idempotency-Key': `key-${call.id}-${++keys}`,
});
let keys = 0;

export const changeOf = ({ call }: ScenarioContext): string => CHANGES[call.id] ?? '*';

/**
 * Airbyte answers everything so. The caller is limited to a workspace, so that a creation reads first: an answer to the
 * change itself that is not understood would leave the outcome unknown.
 */
export function always(reply: Reply): ProblemScenario {
  return {
    settings: { ...HASTY, API_KEYS: LIMITED_KEYS },
    isOwn: true,
    run: (context) => {
      context.upstream.on('*', () => reply);
      return context.send({ headers: { 'X-API-Key': LIMITED_KEY } });
    },
  };
}

/** Airbyte answers the change so, and everything where nothing is changed. */
export function onChange(reply: Reply): ProblemScenario {
  return {
    settings: HASTY,
    isOwn: true,
    run: (context) => {
      context.upstream.on(changeOf(context), () => reply);
      unuse(context);
      return context.send();
    },
  };
}

/** Sources and destinations that ingestions use are not deleted. */
export function unuse({ call, upstream }: ScenarioContext): void {
  if (/^delete(Source|Destination)$/.test(call.id)) upstream.state.connections.clear();
}

/** The same text for each id of a path. */
export function everyId(id: string): Record<string, string> {
  return { connectionId: id, sourceId: id, destinationId: id, webhookId: id, eventId: id };
}

export function sent(sending: Parameters<ScenarioContext['send']>[0]): ProblemScenario {
  return { run: (context) => context.send(sending) };
}
