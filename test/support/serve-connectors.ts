import type { ScriptedUpstream } from './scripted-upstream';
import { SPECIFICATION } from './upstream-connectors';
import { json } from './upstream-replies';

/** Serves the operations of the internal API on connectors until the upstream is cleared. */
export function serveConnectors(upstream: ScriptedUpstream): void {
  for (const kind of ['source', 'destination'] as const) {
    upstream.on(`internal ${kind}_definition_specifications/get`, ({ body }) =>
      json(200, {
        [`${kind}DefinitionId`]: fields(body)[`${kind}DefinitionId`],
        connectionSpecification: SPECIFICATION,
        jobInfo: {},
      }),
    );
    for (const path of [`${kind}s/check_connection`, `scheduler/${kind}s/check_connection`])
      upstream.on(`internal ${path}`, () => json(200, { status: 'succeeded', jobInfo: {} }));
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
