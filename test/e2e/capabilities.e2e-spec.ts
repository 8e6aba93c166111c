import { createHash } from 'node:crypto';
import {
  fault,
  hateoas,
  html,
  json,
  type Reply,
  SOURCE_ID,
  WORKSPACE_ID,
} from '../support/scripted-upstream';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import { TestIssuer } from '../support/issuer';
import { attempt, FORMATTED_LOG, serveInternalApi } from '../support/upstream-internal';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
/** With one ingestion and its newest run. */
const READS = ['failureReasons', 'attempts', 'logs', 'progress', 'history'];
/** Without an ingestion. */
const SCHEDULES = ['timeZones', 'intervals'];
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');

interface Capability {
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
}
interface Capabilities {
  readonly capabilities: readonly Capability[];
  readonly missedRunToleranceMinutes: number;
  readonly caller: unknown;
}

const bench = gatewayBench();

async function withGateway<T>(
  settings: Record<string, string>,
  run: (read: (key?: string) => Promise<Capabilities>) => Promise<T>,
): Promise<T> {
  const gateway = await startGateway({
    AIRBYTE_API_URL: bench.upstream.url,
    AIRBYTE_TIMEOUT_MS: '8000',
    ...settings,
  });
  try {
    return await run(async (key = '') => {
      const { body } = await gateway.api.get('/capabilities').set('X-API-Key', key).expect(200);
      return body as Capabilities;
    });
  } finally {
    await gateway.close();
  }
}

const statesOf = ({ capabilities }: Capabilities): Record<string, string> =>
  Object.fromEntries(
    capabilities.filter(({ name }) => READS.includes(name)).map(({ name, state }) => [name, state]),
  );
const all = (state: string): Record<string, string> => Object.fromEntries(READS.map((name) => [name, state]));

const addRun = (): void => {
  bench.upstream.state.addConnection({ connectionId: ID });
  bench.upstream.state.addJob({ connectionId: ID, status: 'failed' });
};

it('tries each read once, with one ingestion', async () => {
  addRun();
  serveInternalApi(bench.upstream).jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
  await withGateway({}, async (read) => {
    expect(statesOf(await read())).toEqual(all('on'));
    const calls = bench.upstream.requests.length;
    expect(statesOf(await read())).toEqual(all('on'));
    expect(bench.upstream.requests.length).toBe(calls);
  });
  const internal = bench.upstream.requests.filter(({ operation }) => operation.startsWith('internal'));
  expect(internal).toHaveLength(READS.length + SCHEDULES.length);
});

it('finds out without an ingestion whether schedules can be written, and changes nothing', async () => {
  serveInternalApi(bench.upstream);
  const schedulesOf = ({ capabilities }: Capabilities): unknown =>
    capabilities.filter(({ name }) => SCHEDULES.includes(name)).map(({ name, state }) => [name, state]);
  await withGateway({}, async (read) => {
    expect(schedulesOf(await read())).toEqual(SCHEDULES.map((name) => [name, 'on']));
  });
  expect(bench.upstream.count('internal web_backend/describe_cron_expression')).toBe(2);
  expect(bench.upstream.count('internal connections/update')).toBe(0);
  bench.upstream.on('internal web_backend/describe_cron_expression', () => hateoas(403, 'Forbidden'));
  await withGateway({}, async (read) => {
    expect(schedulesOf(await read())).toEqual(SCHEDULES.map((name) => [name, 'off']));
  });
});

it('gives a reason for each one that is off, and leaves the others on', async () => {
  addRun();
  serveInternalApi(bench.upstream).jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
  bench.upstream.on('internal connections/events/list', () => json(404, { message: 'Not Found' }));
  bench.upstream.on('internal attempt/get_for_job', () => hateoas(403, 'Forbidden'));
  bench.upstream.on('internal connections/sync_progress', () => fault('hang'));
  await withGateway({}, async (read) => {
    const report = await read();
    expect(statesOf(report)).toEqual({ ...all('on'), history: 'off', logs: 'off', progress: 'off' });
    const reasons = report.capabilities.filter(({ state }) => state === 'off').map(({ reason }) => reason);
    expect(reasons.join('\n')).toMatch(/\(403\)[\s\S]*did not answer in time[\s\S]*\(404\)/);
  });
});

it('knows nothing without an ingestion, and while Airbyte cannot be read', async () => {
  serveInternalApi(bench.upstream);
  await withGateway({}, async (read) => {
    expect(statesOf(await read())).toEqual(all('unknown'));
  });
  bench.upstream.on('GET /connections', () => json(500, { message: 'down' }));
  await withGateway({}, async (read) => {
    expect(statesOf(await read())).toEqual(all('unknown'));
  });
});

it('names the setting that turns the internal API off', async () => {
  addRun();
  await withGateway({ AIRBYTE_INTERNAL_API: 'off' }, async (read) => {
    const { capabilities } = await read();
    const ofInternalApi = capabilities.filter(
      ({ name }) => !['events', 'webhooks', 'streams', 'freshness'].includes(name),
    );
    expect(new Set(ofInternalApi.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
      new Set(['off: AIRBYTE_INTERNAL_API is off.']),
    );
  });
  expect(bench.upstream.requests).toEqual([]);
});

describe('streams of sources', () => {
  const streamsIn = ({ capabilities }: Capabilities): Capability | undefined =>
    capabilities.find(({ name }) => name === 'streams');

  it.each<[string, Reply, string, RegExp]>([
    ['a list', json(200, []), 'on', /^$/],
    ['404', json(404, { message: 'Not Found' }), 'off', /no such endpoint in its public API \(404\)/],
    ['403', hateoas(403, 'Forbidden'), 'off', /not allowed .*\(403\)/],
    ['a page', html(200), 'off', /does not answer like the public API/],
    ['the failure of a connector', json(500, { message: 'no route to host' }), 'unknown', /not used yet/],
  ])('are on, off or unknown after %s, without the internal API', async (_, reply, state, reason) => {
    bench.upstream.on('GET /streams', () => reply);
    const settings = { AIRBYTE_API_URL: bench.upstream.url, AIRBYTE_INTERNAL_API: 'off' };
    const gateway = await startGateway(settings);
    const read = async (path: string): Promise<Capabilities> =>
      (await gateway.api.get(path).expect(200)).body as Capabilities;
    try {
      expect(streamsIn(await read('/capabilities'))).toMatchObject({ state: 'unknown' });
      expect(bench.upstream.count('GET /streams')).toBe(0);
      await gateway.api.get(`/sources/${SOURCE_ID}/streams`);
      const known = streamsIn(await read('/capabilities'));
      expect(known?.state).toBe(state);
      expect(known?.reason ?? '').toMatch(reason);
      expect(streamsIn(await read('/health/ready'))).toEqual({ name: 'streams', state });
    } finally {
      await gateway.close();
    }
  });

  it('are on again after the next list', async () => {
    const list = `/sources/${SOURCE_ID}/streams`;
    const state = async (): Promise<string | undefined> => {
      const { body } = await bench.api.get('/capabilities').expect(200);
      return streamsIn(body as Capabilities)?.state;
    };
    bench.upstream.on('GET /streams', () => json(404, { message: 'Not Found' }));
    await bench.api.get(list);
    expect(await state()).toBe('off');
    bench.upstream.on('GET /streams', () => json(200, []));
    await bench.api.get(list).expect(200);
    expect(await state()).toBe('on');
  });
});

it('tells a caller its name, scopes and workspace, whatever its scopes', async () => {
  const API_KEYS = `ops:ingestion:logs:${hash('a')},team:ingestion:read+ingestion:destroy:${hash('b')}:${WORKSPACE_ID}`;
  await withGateway({ API_KEYS }, async (read) => {
    expect((await read('a')).caller).toEqual({
      name: 'key:ops',
      scopes: ['ingestion:logs'],
      workspaceId: null,
    });
    const scopes = ['ingestion:read', 'ingestion:destroy'];
    expect((await read('b')).caller).toEqual({ name: 'key:team', scopes, workspaceId: WORKSPACE_ID });
  });
  await withGateway({}, async (read) => {
    expect((await read()).caller).toBeNull();
  });
});

it('needs a valid credential', async () => {
  const issuer = await TestIssuer.start();
  const gateway = await startGateway({
    AIRBYTE_API_URL: bench.upstream.url,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: 'gateway',
    OIDC_WORKSPACE_CLAIM: 'workspace',
  });
  try {
    await gateway.api.get('/capabilities').expect(401);
    const withoutWorkspace = await issuer.token();
    const { body } = await gateway.api
      .get('/capabilities')
      .set('authorization', `Bearer ${withoutWorkspace}`)
      .expect(403);
    expect(body).toMatchObject({ code: 'not-permitted' });
  } finally {
    await gateway.close();
    await issuer.close();
  }
});

it.each([
  [{}, 30],
  [{ MISSED_RUN_TOLERANCE_MINUTES: '600' }, 600],
])('come with the time after which a firing without a run is missed: %j', async (settings, minutes) => {
  const report = await withGateway(settings, (read) => read());
  expect(report.missedRunToleranceMinutes).toBe(minutes);
});

it('are part of the readiness report, which tries none', async () => {
  addRun();
  serveInternalApi(bench.upstream);
  const { body } = await bench.api.get('/health/ready').expect(200);
  const { capabilities } = body as Capabilities;
  expect(capabilities.map(({ name }) => name)).toEqual(expect.arrayContaining(READS));
  expect(bench.upstream.requests.filter(({ operation }) => operation.startsWith('internal'))).toEqual([]);
});
