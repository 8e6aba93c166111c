import { createHash } from 'node:crypto';
import { startGateway, type TestGateway } from '../support/gateway';
import { json, ScriptedUpstream } from '../support/scripted-upstream';

const OWN = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const ABSENT_ID = '00000000-0000-4000-8000-000000000000';
const KEY = 'limited-to-its-own-workspace';
const ALL_KEY = 'sees-all';

const entry = (name: string, key: string, workspace = ''): string =>
  `${name}:ingestion:read+ingestion:write+ingestion:logs+ingestion:destroy:${createHash('sha256').update(key).digest('hex')}${workspace}`;
const API_KEYS = `${entry('own', KEY, `:${OWN}`)},${entry('all', ALL_KEY)}`;

/** The requests to Airbyte, with the requested id removed. */
type Trace = readonly string[];

describe('an id of another workspace beside an id that does not exist', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(async () => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS, RATE_LIMIT: 'off' });
  });
  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });
  afterAll(() => upstream.close());

  /** Adds a long history without a success. A status needs one more call for it. */
  const foreign = (): string => {
    const { connectionId } = upstream.state.addConnection({ workspaceId: OTHER });
    for (let job = 0; job < 45; job++) upstream.state.addJob({ connectionId, status: 'failed' });
    return connectionId;
  };

  const ask = async (id: string, method: string, path: string, body?: object): Promise<[Trace, unknown]> => {
    const before = upstream.requests.length;
    const withId = (text: string): string => text.replaceAll('ID', id);
    const response = await fetch(gateway.url + withId(path), {
      method,
      headers: {
        'x-api-key': KEY,
        'x-request-id': 'same',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: withId(JSON.stringify(body)) }),
    });
    const text = (await response.text()).replaceAll(id, 'ID');
    await upstream.idle();
    const calls = upstream.requests
      .slice(before)
      .map(({ method: sent, path: to, query }) => `${sent} ${to}?${query.toString()}`.replaceAll(id, 'ID'));
    return [calls.sort(), { status: response.status, text }];
  };

  it.each<{ readonly call: string; readonly body?: object }>([
    { call: 'GET /ingestion/ID' },
    { call: 'GET /ingestion/ID/status' },
    { call: 'GET /ingestion/ID/status?freshness=PT1H' },
    { call: 'GET /ingestion/ID/runs' },
    { call: 'GET /ingestion/ID/runs/1' },
    { call: 'GET /ingestion/ID/runs/1/logs' },
    { call: 'GET /ingestion/ID/history' },
    { call: 'GET /ingestion/ID/runs/1?wait=1' },
    { call: 'POST /ingestion/ID/runs' },
    { call: 'POST /ingestion/ID/runs', body: { type: 'refresh' } },
    { call: 'POST /ingestion/ID/runs', body: { type: 'clear', streams: [{ name: 'orders' }] } },
    { call: 'POST /ingestion/ID/runs/check', body: { type: 'clear' } },
    { call: 'POST /ingestion/ID/runs/1/cancel' },
    { call: 'PATCH /ingestion/ID', body: { name: 'Mine now' } },
    { call: 'DELETE /ingestion/ID' },
    { call: 'POST /ingestion/status/batch', body: { ids: ['ID'] } },
  ])('$call makes the same calls and answers the same, at once and again', async ({ call, body }) => {
    const [method = '', path = ''] = call.split(' ');
    const id = foreign();
    // A caller with access fills the cache. Other callers must not notice it.
    await fetch(`${gateway.url}/ingestion/${id}/status`, { headers: { 'x-api-key': ALL_KEY } });
    await fetch(`${gateway.url}/ingestion/${id}/runs/1?wait=1`, { headers: { 'x-api-key': ALL_KEY } });
    const ofForeign = [await ask(id, method, path, body), await ask(id, method, path, body)];
    const ofAbsent = [await ask(ABSENT_ID, method, path, body), await ask(ABSENT_ID, method, path, body)];
    expect(ofForeign).toEqual(ofAbsent);
  });

  it('is cached as long as an id that exists', async () => {
    const { connectionId } = upstream.state.addConnection({ workspaceId: OWN });
    await gateway.close();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      API_KEYS,
      RATE_LIMIT: 'off',
      STATUS_MAX_AGE_MS: '600000',
    });
    for (const id of [connectionId, ABSENT_ID]) {
      await ask(id, 'GET', '/ingestion/ID/status');
      expect((await ask(id, 'GET', '/ingestion/ID/status'))[0]).toEqual([]);
    }
  });

  it('is updated at once after a change by this gateway, for callers of every workspace', async () => {
    const { connectionId } = upstream.state.addConnection({ workspaceId: OWN });
    await gateway.close();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      API_KEYS,
      RATE_LIMIT: 'off',
      STATUS_MAX_AGE_MS: '600000',
    });
    const statusFor = async (key: string): Promise<unknown> => {
      const path = `${gateway.url}/ingestion/${connectionId}/status`;
      const response = await fetch(path, { headers: { 'x-api-key': key } });
      return ((await response.json()) as { status: unknown }).status;
    };
    expect([await statusFor(KEY), await statusFor(ALL_KEY)]).toEqual(['active', 'active']);
    await ask(connectionId, 'PATCH', '/ingestion/ID', { status: 'inactive' });
    expect([await statusFor(KEY), await statusFor(ALL_KEY)]).toEqual(['inactive', 'inactive']);
  });

  describe('page tokens', () => {
    interface Page {
      readonly data: readonly { readonly connectionId: string }[];
      readonly nextPageToken: string | null;
    }
    const list = async (query: string): Promise<{ status: number; page: Page; calls: number }> => {
      const before = upstream.requests.length;
      const response = await fetch(`${gateway.url}${query}`, { headers: { 'x-api-key': KEY } });
      const page = (await response.json()) as Page;
      return { status: response.status, page, calls: upstream.requests.length - before };
    };
    /** An Airbyte that lists every workspace, whatever is asked for. */
    const ignoreWorkspaces = (): void => {
      upstream.on('GET /connections', ({ query }) => {
        const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset'))];
        const data = [...upstream.state.connections.values()].slice(offset, offset + limit);
        return json(200, { data, next: '', previous: '' });
      });
    };

    it('hold no id of another workspace, and lead through all of one own', async () => {
      ignoreWorkspaces();
      const own: string[] = [];
      for (let n = 0; n < 12; n++) {
        const workspaceId = n % 3 === 0 ? OWN : OTHER;
        const { connectionId } = upstream.state.addConnection({ workspaceId });
        if (workspaceId === OWN) own.push(connectionId);
      }
      const foreignIds = [...upstream.state.connections.keys()].filter((id) => !own.includes(id));
      const seen: string[] = [];
      for (let token: string | null = ''; token !== null;) {
        const query: string = token === '' ? '' : `&pageToken=${token}`;
        const { page } = await list(`/ingestion?pageSize=2${query}`);
        seen.push(...page.data.map(({ connectionId }) => connectionId));
        token = page.nextPageToken;
        const plain = Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString('utf8');
        for (const id of foreignIds) expect(plain).not.toContain(id);
      }
      expect(seen).toEqual([...own].sort());
    });

    it('that were forged or altered are refused without a call', async () => {
      for (let n = 0; n < 5; n++) upstream.state.addConnection({ workspaceId: OWN });
      const { page } = await list('/ingestion?pageSize=2');
      const token = page.nextPageToken ?? '';
      const forged = Buffer.from(ABSENT_ID).toString('base64url');
      for (const pageToken of [
        forged,
        `${forged}.${token.split('.')[1] ?? ''}`,
        `${token}x`,
        token.slice(1),
        token.split('.')[0] ?? '',
      ]) {
        for (const path of ['/ingestion', '/sources', '/destinations']) {
          const { status, calls } = await list(`${path}?pageToken=${pageToken}`);
          expect([status, calls]).toEqual([400, 0]);
        }
      }
      expect((await list(`/ingestion?pageSize=2&pageToken=${token}`)).page.data).toHaveLength(2);
    });

    it('of runs are signed too, for their ingestion', async () => {
      const [one, two] = [0, 1].map(() => {
        const { connectionId } = upstream.state.addConnection({ workspaceId: OWN });
        for (let job = 0; job < 5; job++) upstream.state.addJob({ connectionId });
        return connectionId;
      });
      const { page } = await list(`/ingestion/${one ?? ''}/runs?pageSize=2`);
      const token = page.nextPageToken ?? '';
      expect(
        (await list(`/ingestion/${one ?? ''}/runs?pageSize=2&pageToken=${token}`)).page.data,
      ).toHaveLength(2);
      expect((await list(`/ingestion/${two ?? ''}/runs?pageToken=${token}`)).status).toBe(400);
      expect((await list(`/ingestion/${one ?? ''}/runs?pageToken=0-1`)).status).toBe(400);
      expect(
        (await list(`/ingestion/${one ?? ''}/runs?pageToken=${token.replace(/^\d+/, '0')}`)).status,
      ).toBe(400);
    });
  });

  it('asks an Airbyte that ignores the offset twice for a success, not without end', async () => {
    const { connectionId } = upstream.state.addConnection({ workspaceId: OWN });
    for (let job = 0; job < 120; job++) upstream.state.addJob({ connectionId, jobType: 'clear' });
    upstream.on('GET /jobs', ({ query }) => {
      const data = upstream.state.jobs.slice(0, Number(query.get('limit')));
      return json(200, { data, next: '', previous: '' });
    });
    const [calls] = await ask(connectionId, 'GET', '/ingestion/ID/status');
    expect(calls).toHaveLength(4);
    const [runs] = await ask(connectionId, 'GET', '/ingestion/ID/runs?pageSize=100');
    expect(runs.length).toBeLessThan(4);
  });
});
