import { systemClock } from '../../../src/lib/clock';
import { clockOf } from '../../support/clock';
import { fault, hateoas, json, problem, type Reply } from '../../support/scripted-upstream';
import { latch } from '../../support/fault-bench';
import { CONNECTION_ID, ORDERS, pathOf } from './calls';
import {
  API_KEYS,
  type Given,
  HASTY,
  KEYS,
  LIMITED_KEY,
  LIMITED_KEYS,
  type Setting,
  type Stage,
} from './stage';

/** What brings an answer about. */
export interface Cause extends Setting {
  /** @returns the last answer */
  readonly tell: (stage: Stage) => Promise<Given>;
}

const NOBODY = 'http://127.0.0.1:1';
const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
/** Nobody's, but it looks like a token. */
const TOKEN = `${Buffer.from('{"alg":"RS256","kid":"1"}').toString('base64url')}.e30.AA`;

/** The call upstream with which an operation changes something. */
const CHANGES: Readonly<Record<string, string>> = {
  createIngestion: 'POST /connections',
  patchIngestion: 'PATCH /connections/:id',
  deleteIngestion: 'DELETE /connections/:id',
  startRun: 'POST /jobs',
  cancelRun: 'DELETE /jobs/:id',
};

/** Whoever sends another body or takes another path with it uses it again. */
const keyOf = ({ call }: Stage): Record<string, string> => ({
  'Idempotency-Key': `key-${call.id}-${++keys}`,
});
let keys = 0;

const changeOf = ({ call }: Stage): string => CHANGES[call.id] ?? '*';

/**
 * Airbyte answers everything so. The caller is limited to a workspace, so that a creation reads first: an answer to the
 * change itself that is not understood would leave the outcome unknown.
 */
function always(reply: Reply): Cause {
  return {
    settings: { ...HASTY, API_KEYS: LIMITED_KEYS },
    isOwn: true,
    tell: (stage) => {
      stage.upstream.on('*', () => reply);
      return stage.send({ headers: { 'X-API-Key': LIMITED_KEY } });
    },
  };
}

/** Airbyte answers the change so, and everything where nothing is changed. */
function onChange(reply: Reply): Cause {
  return {
    settings: HASTY,
    isOwn: true,
    tell: (stage) => {
      stage.upstream.on(changeOf(stage), () => reply);
      return stage.send();
    },
  };
}

function sent(sending: Parameters<Stage['send']>[0]): Cause {
  return { tell: (stage) => stage.send(sending) };
}

/** Every documented answer: by the problem's code, or by its status where it is none. */
export const CAUSES: Readonly<Record<string, Cause>> = {
  '200': {
    tell: (stage) => {
      if (stage.call.id !== 'startRun') return stage.send();
      stage.upstream.state.addJob({ connectionId: CONNECTION_ID, status: 'running' });
      return stage.send({ body: { onConflict: 'attach' } });
    },
  },
  '201': sent({}),
  '202': {
    settings: HASTY,
    isOwn: true,
    tell: (stage) => {
      // A start that is answered at once, and a cancellation whose run does not end.
      stage.upstream.on('DELETE /jobs/:id', () => fault('hang'));
      return stage.send();
    },
  },
  '204': sent({}),
  '304': {
    tell: async (stage) => {
      const { headers } = await stage.send();
      return stage.send({ headers: { 'If-None-Match': headers['etag'] ?? '' } });
    },
  },

  'malformed-request': { tell: (stage) => stage.sendWithoutHost() },
  'host-not-allowed': sent({ headers: { host: 'rebound.example' } }),
  'uri-too-long': {
    tell: (stage) => stage.send({ path: pathOf(stage.call.template, { connectionId: 'x'.repeat(6000) }) }),
  },
  'headers-too-large': sent({ headers: { 'x-long': 'x'.repeat(20_000) } }),
  'malformed-body': sent({ body: '{"name":' }),
  'body-too-large': sent({ body: { name: 'x'.repeat(100_001) } }),
  'unsupported-media-type': sent({ headers: { 'content-type': 'text/csv' }, body: 'a,b' }),
  'validation-failed': {
    tell: (stage) => {
      const { template, body } = stage.call;
      if (body) return stage.send({ body: { other: 1 } });
      const isNamed = template.includes('{');
      return stage.send(
        isNamed ? { path: pathOf(template, { connectionId: 'a b' }) } : { query: '?pageSize=0' },
      );
    },
  },

  unauthenticated: { settings: { API_KEYS }, tell: (stage) => stage.send() },
  'not-permitted': {
    settings: { API_KEYS },
    tell: (stage) => {
      const extensions: [string, unknown][] = Object.entries(stage.call.operation);
      const needed = extensions.find(([name]) => name === 'x-required-scope')?.[1];
      const other = needed === 'ingestion:read' ? 'ingestion:write' : 'ingestion:read';
      return stage.send({ headers: { 'X-API-Key': KEYS[other] } });
    },
  },
  'sign-in-unavailable': {
    settings: { OIDC_ISSUER: NOBODY, OIDC_AUDIENCE: 'gateway' },
    tell: (stage) => stage.send({ headers: { authorization: `Bearer ${TOKEN}` } }),
  },
  'rate-limited': {
    isOwn: true,
    settings: { RATE_LIMIT: '2' },
    tell: async (stage) => {
      await stage.send();
      await stage.send();
      return stage.send();
    },
  },

  'ingestion-not-found': {
    tell: (stage) => {
      stage.upstream.state.connections.clear();
      return stage.send();
    },
  },
  'run-not-found': {
    tell: (stage) => stage.send({ path: pathOf(stage.call.template, { runId: '99' }) }),
  },
  'run-in-progress': {
    tell: (stage) => {
      stage.upstream.state.addJob({ connectionId: CONNECTION_ID, status: 'running' });
      return stage.send();
    },
  },
  'run-ended': {
    tell: (stage) => {
      for (const job of stage.upstream.state.jobs) job.status = 'succeeded';
      return stage.send();
    },
  },
  'ingestion-inactive': {
    tell: (stage) => {
      for (const row of stage.upstream.state.connections.values()) row.status = 'inactive';
      return stage.send();
    },
  },
  'reference-not-found': sent({ body: { ...ORDERS, sourceId: 'nothing' } }),
  'workspace-mismatch': {
    tell: (stage) => {
      stage.upstream.state.addDestination(ORDERS.destinationId, OTHER_WORKSPACE);
      // Airbyte's own answer to such a creation.
      stage.upstream.on('POST /connections', () => problem(500, null));
      return stage.send();
    },
  },
  'precondition-failed': sent({ headers: { 'If-Match': '"another-version"' }, body: { name: 'Other' } }),
  conflict: onChange(problem(409, 'The source is being changed.')),

  'idempotency-key-reused': {
    tell: async (stage) => {
      const headers = keyOf(stage);
      await stage.send({ headers });
      const isNamed = stage.call.template.includes('{');
      return stage.send({
        headers,
        ...(isNamed
          ? { path: pathOf(stage.call.template, { connectionId: 'other' }) }
          : { body: { ...ORDERS, name: 'Other' } }),
      });
    },
  },
  'request-in-progress': {
    tell: async (stage) => {
      const held = latch();
      stage.upstream.on(changeOf(stage), async () => {
        await held.opened;
        return undefined;
      });
      const headers = keyOf(stage);
      const first = stage.send({ headers });
      await stage.upstream.seen(changeOf(stage));
      const second = await stage.send({ headers });
      held.open();
      await first;
      return second;
    },
  },
  'outcome-in-doubt': {
    settings: HASTY,
    isOwn: true,
    tell: async (stage) => {
      stage.upstream.on(changeOf(stage), () => fault('reset'));
      const headers = keyOf(stage);
      await stage.send({ headers });
      return stage.send({ headers });
    },
  },
  'outcome-unknown': onChange(fault('reset')),
  'idempotency-unavailable': {
    settings: { REDIS_URL: 'redis://127.0.0.1:1' },
    tell: (stage) => stage.send({ headers: keyOf(stage) }),
  },

  'rejected-by-airbyte': onChange(problem(422, 'The connector refused the configuration.')),
  'airbyte-rejected-credentials': always(hateoas(401, 'Unauthorized')),
  'airbyte-failed': always(problem(500, 'Something went wrong in the connector.')),
  'airbyte-misbehaved': always(json(200, { a: 1 })),
  'airbyte-unreachable': {
    isOwn: true,
    settings: { ...HASTY, AIRBYTE_API_URL: `${NOBODY}/api/public/v1` },
    tell: (stage) => stage.send(),
  },
  'airbyte-unavailable': always(json(503, { message: 'Down for maintenance.' })),
  'airbyte-timeout': always(fault('hang')),
  // A probe has so many milliseconds by the clock: it must go.
  'not-ready': { ...always(json(503, { message: 'Down for maintenance.' })), clock: systemClock },
  'internal-error': {
    // The rate limiter is the first to ask for the time, whatever the operation.
    settings: { RATE_LIMIT: '100' },
    clock: clockOf(() => {
      throw new Error('the clock has stopped');
    }),
    tell: (stage) => stage.send(),
  },
};
