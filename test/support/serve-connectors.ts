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

/** The first rows of the stream `orders`, which only the embedded Airbyte returns. */
export function serveSample(upstream: ScriptedUpstream): void {
  upstream.on('internal sources/sample_stream', () =>
    json(200, {
      fields: [
        { name: 'order_id', types: ['integer'], format: null },
        { name: 'amount', types: ['null', 'number'], format: null },
        { name: 'ordered_at', types: ['null', 'string'], format: 'date-time' },
      ],
      rows: [
        { order_id: 1, amount: 12.5, ordered_at: '2026-01-15T10:30:00Z' },
        { order_id: 2, amount: null, ordered_at: '2026-01-15T11:00:00Z' },
      ],
      cut: [],
      leftOutFields: 0,
      isComplete: true,
    }),
  );
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
