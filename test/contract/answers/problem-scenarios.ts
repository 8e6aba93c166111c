import { systemClock } from '../../../src/lib/clock';
import { clockOf } from '../../support/clock';
import { fault, hateoas, json, problem } from '../../support/scripted-upstream';
import { latch } from '../../support/latch';
import { CONNECTION_ID, ORDERS, pathOf } from './calls';
import { EVENT_SCENARIOS } from './event-scenarios';
import {
  always,
  changeOf,
  everyId,
  keyOf,
  NOBODY,
  NO_REDIS,
  onChange,
  type ProblemScenario,
  sent,
  unuse,
} from './scenario';
import { API_KEYS, HASTY, KEYS, LIMITED_KEYS, type ScenarioContext } from './test-gateways';

const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
/** Nobody's, but it looks like a token. */
const TOKEN = `${Buffer.from('{"alg":"RS256","kid":"1"}').toString('base64url')}.e30.AA`;

/** Requests that need a capability, of operations that otherwise need none. */
const OPTIONAL_FEATURES: Readonly<Record<string, Parameters<ScenarioContext['send']>[0]>> = {
  startRun: { body: { type: 'refresh' } },
  patchIngestion: { body: { status: 'inactive', pause: { reason: 'The warehouse moves.' } } },
};

/** Whether the clock of a gateway fails: it must go while the gateway starts. */
let isClockStopped = false;

/** Every documented answer: by the problem's code, or by its status where it is none. */
export const PROBLEM_SCENARIOS: Readonly<Record<string, ProblemScenario>> = {
  ...EVENT_SCENARIOS,
  '200': {
    run: (context) => {
      if (context.call.id !== 'startRun') return context.send();
      context.upstream.state.addJob({ connectionId: CONNECTION_ID, status: 'running' });
      return context.send({ body: { onConflict: 'attach' } });
    },
  },
  '201': sent({}),
  '202': {
    settings: HASTY,
    isOwn: true,
    run: (context) => {
      // A start that is answered at once, and a cancellation whose run does not end.
      context.upstream.on('DELETE /jobs/:id', () => fault('hang'));
      return context.send();
    },
  },
  '204': {
    run: (context) => {
      unuse(context);
      return context.send();
    },
  },
  '304': {
    run: async (context) => {
      const { headers } = await context.send();
      return context.send({ headers: { 'If-None-Match': headers['etag'] ?? '' } });
    },
  },
  'malformed-request': { run: (context) => context.sendWithoutHost() },
  'host-not-allowed': sent({ headers: { host: 'rebound.example' } }),
  'uri-too-long': {
    run: (context) => context.send({ path: pathOf(context.call.template, everyId('x'.repeat(6000))) }),
  },
  'headers-too-large': sent({ headers: { 'x-long': 'x'.repeat(20_000) } }),
  'malformed-body': sent({ body: '{"name":' }),
  'body-too-large': sent({ body: { name: 'x'.repeat(100_001) } }),
  'unsupported-media-type': sent({ headers: { 'content-type': 'text/csv' }, body: 'a,b' }),
  'validation-failed': {
    run: (context) => {
      const { template, body } = context.call;
      if (body) return context.send({ body: { other: 1 } });
      const isNamed = template.includes('{');
      return context.send(isNamed ? { path: pathOf(template, everyId('a b')) } : { query: '?pageSize=0' });
    },
  },
  unauthenticated: { settings: { API_KEYS }, run: (context) => context.send() },
  'not-permitted': {
    settings: { API_KEYS },
    run: (context) => {
      const extensions: [string, unknown][] = Object.entries(context.call.operation);
      const needed = extensions.find(([name]) => name === 'x-required-scope')?.[1];
      const other = needed === 'ingestion:read' ? 'ingestion:write' : 'ingestion:read';
      return context.send({ headers: { 'X-API-Key': KEYS[other] } });
    },
  },
  'sign-in-unavailable': {
    settings: { OIDC_ISSUER: NOBODY, OIDC_AUDIENCE: 'gateway' },
    run: (context) => context.send({ headers: { authorization: `Bearer ${TOKEN}` } }),
  },
  'rate-limited': {
    isOwn: true,
    settings: { RATE_LIMIT: '2' },
    run: async (context) => {
      await context.send();
      await context.send();
      return context.send();
    },
  },
  'ingestion-not-found': {
    run: (context) => {
      context.upstream.state.connections.clear();
      return context.send();
    },
  },
  'run-not-found': {
    run: (context) => context.send({ path: pathOf(context.call.template, { runId: '99' }) }),
  },
  'run-in-progress': {
    run: (context) => {
      context.upstream.state.addJob({ connectionId: CONNECTION_ID, status: 'running' });
      return context.send();
    },
  },
  'capability-off': {
    settings: { AIRBYTE_INTERNAL_API: 'off' },
    run: (context) => context.send(OPTIONAL_FEATURES[context.call.id] ?? {}),
  },
  'route-not-found': {
    settings: { METRICS_PORT: '0' },
    run: (context) => context.send(),
  },
  'run-ended': {
    run: (context) => {
      for (const job of context.upstream.state.jobs) job.status = 'succeeded';
      return context.send();
    },
  },
  'ingestion-inactive': {
    run: (context) => {
      for (const row of context.upstream.state.connections.values()) row.status = 'inactive';
      return context.send();
    },
  },
  'reference-not-found': {
    run: (context) =>
      context.call.method === 'get'
        ? context.send({ query: '?destinationId=nothing' })
        : context.send({ body: { ...ORDERS, sourceId: 'nothing' } }),
  },
  'source-not-found': {
    run: (context) => {
      context.upstream.state.sources.clear();
      return context.send();
    },
  },
  'destination-not-found': {
    run: (context) => {
      context.upstream.state.destinations.clear();
      return context.send();
    },
  },
  'connector-in-use': sent({}),
  'listConnectorDefinitions capability-off': {
    isOwn: true,
    run: (context) => {
      for (const kind of ['sources', 'destinations'])
        context.upstream.on(`GET /workspaces/:id/definitions/${kind}`, () => problem(404, null));
      return context.send();
    },
  },
  'source-unreachable': {
    isOwn: true,
    run: (context) => {
      context.upstream.on('GET /streams', () => problem(500, 'Something went wrong in the connector.'));
      return context.send();
    },
  },
  'getStreamSample source-unreachable': {
    run: (context) => {
      context.upstream.on('internal sources/sample_stream', () => problem(500, 'The file has no row.'));
      return context.send();
    },
  },
  'table-in-use': {
    run: (context) => {
      const sourceId = '11111111-1111-4111-8111-111111111111';
      context.upstream.state.addSource(sourceId);
      const streams = [{ name: 'people', syncMode: 'full_refresh_overwrite' }];
      // The example has the same id each time.
      const connectionId = 'conn-87654321-4321-4321-4321-210987654321';
      context.upstream.state.addConnection({ connectionId, sourceId, configurations: { streams } });
      context.upstream.state.streams = [
        {
          streamName: 'people',
          syncModes: ['full_refresh_overwrite'],
          defaultCursorField: [],
          sourceDefinedCursorField: false,
          sourceDefinedPrimaryKey: [],
          propertyFields: [['id']],
        },
      ];
      const isChange = context.call.id === 'patchIngestion';
      return context.send({ body: isChange ? { streams } : { ...ORDERS, streams } });
    },
  },
  'stream-not-found': {
    run: (context) => {
      const answer = json(422, { message: 'The source has no stream "orders".' });
      context.upstream.on('internal sources/sample_stream', () => answer);
      return context.send();
    },
  },
  'workspace-mismatch': {
    run: (context) => {
      context.upstream.state.addDestination(ORDERS.destinationId, OTHER_WORKSPACE);
      // Airbyte's own answer to such a creation.
      context.upstream.on('POST /connections', () => problem(500, null));
      return context.send(
        context.call.method === 'get' ? { query: `?destinationId=${ORDERS.destinationId}` } : {},
      );
    },
  },
  'precondition-failed': sent({ headers: { 'If-Match': '"another-version"' }, body: { name: 'Other' } }),
  conflict: onChange(problem(409, 'The source is being changed.')),

  'idempotency-key-reused': {
    run: async (context) => {
      const headers = keyOf(context);
      await context.send({ headers });
      const isNamed = context.call.template.includes('{');
      return context.send({
        headers,
        ...(isNamed
          ? { path: pathOf(context.call.template, { connectionId: 'other' }) }
          : { body: { ...ORDERS, name: 'Other' } }),
      });
    },
  },
  'request-in-progress': {
    run: async (context) => {
      const held = latch();
      context.upstream.on(changeOf(context), async () => {
        await held.opened;
        return undefined;
      });
      const headers = keyOf(context);
      const first = context.send({ headers });
      await context.upstream.seen(changeOf(context));
      const second = await context.send({ headers });
      held.open();
      await first;
      return second;
    },
  },
  'outcome-in-doubt': {
    settings: HASTY,
    isOwn: true,
    run: async (context) => {
      context.upstream.on(changeOf(context), () => fault('reset'));
      const headers = keyOf(context);
      await context.send({ headers });
      return context.send({ headers });
    },
  },
  'outcome-unknown': onChange(fault('reset')),
  'idempotency-unavailable': {
    settings: { REDIS_URL: NO_REDIS },
    run: (context) => context.send({ headers: keyOf(context) }),
  },
  'rejected-by-airbyte': onChange(problem(422, 'The connector refused the configuration.')),
  'airbyte-rejected-credentials': always(hateoas(401, 'Unauthorized')),
  'airbyte-failed': always(problem(500, 'Something went wrong in the connector.')),
  // Airbyte answers at once and nothing is repeated, so the usual budget costs no time and holds on a busy machine.
  'airbyte-misbehaved': { ...always(json(200, { a: 1 })), settings: { API_KEYS: LIMITED_KEYS } },
  'airbyte-unreachable': {
    isOwn: true,
    settings: { ...HASTY, AIRBYTE_API_URL: `${NOBODY}/api/public/v1` },
    run: (context) => context.send(),
  },
  'airbyte-unavailable': always(json(503, { message: 'Down for maintenance.' })),
  'airbyte-timeout': always(fault('hang')),
  // A probe has so many milliseconds by the clock: it must go.
  'not-ready': { ...always(json(503, { message: 'Down for maintenance.' })), clock: systemClock },
  'internal-error': {
    // The rate limiter is the first to ask for the time, whatever the operation.
    settings: { RATE_LIMIT: '100' },
    clock: clockOf(() => {
      if (isClockStopped) throw new Error('the clock has stopped');
      return new Date();
    }),
    run: async (context) => {
      isClockStopped = true;
      try {
        return await context.send();
      } finally {
        isClockStopped = false;
      }
    },
  },
};
