import { errorId, json } from '../../../test/support/scripted-upstream';
import {
  axiosWithHeader,
  clientBench,
  errorOf,
  startTunnelProxy,
  type TunnelProxy,
} from '../../../test/support/upstream-client';

const GET = 'GET /connections/:id';
const LIST = 'GET /connections';

const bench = clientBench();

describe('what is sent', () => {
  it('the request id and traceparent of the caller, unless they could not stand in a header', async () => {
    const client = bench.clientWith();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await client.listConnections({}, { requestId: 'r-1', traceparent });
    await client.listConnections({}, { requestId: 'r-1\r\nx-evil: 1', traceparent: 'x\r\ny' });
    const [good, bad] = bench.upstream.requests;
    expect(good?.headers).toMatchObject({ 'x-request-id': 'r-1', traceparent, accept: 'application/json' });
    expect(bad?.headers).not.toHaveProperty('x-request-id');
    expect(bad?.headers).not.toHaveProperty('traceparent');
    expect(bad?.headers).not.toHaveProperty('x-evil');
  });

  it.each(['../jobs', 'a/../../b', 'a?limit=1', 'a#b', 'a%2e%2e', 'é', ' ', 'a\r\nb'])(
    'an id such as %j stays one segment of the path',
    async (id) => {
      await errorOf(bench.clientWith({ timeoutMs: 500 }).getConnection(id));
      expect(bench.upstream.of(GET)[0]?.id).toBe(id);
      expect(bench.upstream.count(GET)).toBe(bench.upstream.requests.length);
    },
  );

  it.each(['', '.', '..'])('the id %j is not found without asking', async (id) => {
    expect(await errorOf(bench.clientWith().getConnection(id))).toMatchObject({
      kind: 'not_found',
      sent: false,
    });
    expect(bench.upstream.requests).toHaveLength(0);
  });

  it('jobs newest first, filters encoded', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    for (let i = 0; i < 3; i++) bench.upstream.state.addJob({ connectionId });
    const jobs = await bench.clientWith().listJobs({ connectionId, status: 'succeeded', limit: 2 });
    expect(jobs.map((job) => job.jobId)).toEqual(['3', '2']);
    expect(Object.fromEntries(bench.upstream.requests[0]?.query ?? [])).toEqual({
      connectionId,
      status: 'succeeded',
      limit: '2',
      orderBy: 'createdAt|DESC',
    });
  });

  it('lists limited to the workspace of the settings', async () => {
    bench.upstream.state.addConnection();
    bench.upstream.state.addConnection({ workspaceId: 'other' });
    const rows = await bench.clientWith({ workspaceId: 'other' }).listConnections();
    expect(rows.map((row) => row.workspaceId)).toEqual(['other']);
  });

  it('no body, header or credential in the events of a call', async () => {
    bench.first(LIST, errorId(500, 'e-9'));
    await bench
      .clientWith({ credentials: { kind: 'token', token: 'top-secret' } })
      .listConnections({}, { requestId: 'r-2' });
    expect(bench.events).toEqual([
      expect.objectContaining({
        operation: 'listConnections',
        path: '/connections',
        attempt: 1,
        status: 500,
        kind: 'failed',
        errorId: 'e-9',
        requestId: 'r-2',
      }),
      expect.objectContaining({ operation: 'listConnections', attempt: 2, status: 200 }),
    ]);
    expect(JSON.stringify(bench.events)).not.toContain('top-secret');
  });

  it("interceptors of the application's axios instance hold", async () => {
    const client = bench.clientWith({}, axiosWithHeader('x-from-interceptor', 'yes'));
    await client.listConnections();
    expect(bench.upstream.requests[0]?.headers['x-from-interceptor']).toBe('yes');
  });
});

describe('a proxy named in the environment', () => {
  const variables = ['HTTP_PROXY', 'NO_PROXY'] as const;
  const before = variables.map((name) => process.env[name]);
  let proxy: TunnelProxy;

  beforeEach(async () => {
    proxy = await startTunnelProxy(bench.upstream.url);
    process.env['HTTP_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = 'direct.invalid';
  });

  afterEach(() => {
    variables.forEach((name, i) => {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    });
    proxy.close();
  });

  it('is used', async () => {
    const rows = await bench.clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1' }).listConnections();
    expect(rows).toHaveLength(0);
    expect(proxy.targets).toEqual(['airbyte.invalid:80']);
  });

  it('is not used for loopback, nor for what NO_PROXY names', async () => {
    await bench.clientWith().listConnections();
    const direct = bench.clientWith({ apiUrl: 'http://direct.invalid/api/public/v1', timeoutMs: 300 });
    expect(await errorOf(direct.listConnections())).toMatchObject({ sent: false });
    expect(proxy.targets).toEqual([]);
  });

  it('that cannot be reached is named as such: nothing was sent', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    const client = bench.clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1', timeoutMs: 300 });
    expect(await errorOf(client.listConnections())).toMatchObject({ kind: 'unreachable', sent: false });
  });
});

describe('lists', () => {
  it('go by offset until a page is not full, and never follow next', async () => {
    for (let i = 0; i < 200; i++) bench.upstream.state.addConnection();
    const rows = await bench.clientWith().listAllConnections();
    expect(rows).toHaveLength(200);
    expect(bench.upstream.of(LIST).map((request) => request.query.get('offset'))).toEqual([
      '0',
      '100',
      '200',
    ]);
  });

  it('end with an upstream that ignores the offset', async () => {
    for (let i = 0; i < 100; i++) bench.upstream.state.addConnection();
    bench.upstream.on(LIST, (request) => {
      request.query.set('offset', '0');
      return undefined;
    });
    expect(await bench.clientWith().listAllConnections()).toHaveLength(100);
    expect(bench.upstream.count(LIST)).toBe(2);
  });

  it('of sources and destinations leave configurations behind', async () => {
    const client = bench.clientWith();
    const context = { deadlineAt: performance.now() + 5_000 };
    const [sources, destinations] = [
      await client.listAllSources({}, context),
      await client.listAllDestinations({}, context),
    ];
    expect([sources.length, destinations.length]).toEqual([1, 1]);
    expect(JSON.stringify([sources, destinations])).not.toContain('secret');
    const one = [
      await client.getSource(sources[0]?.sourceId ?? ''),
      await client.getDestination(destinations[0]?.destinationId ?? ''),
    ];
    expect(one).toEqual([sources[0], destinations[0]]);
  });
});

describe('answers', () => {
  it('keep every digit of a job id', async () => {
    const row =
      '{"jobId":9007199254740993,"connectionId":"c","status":"queued","jobType":"a-new-one","startTime":"2026-01-15T02:00Z"}';
    bench.upstream.on('GET /jobs/:id', () => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: row,
    }));
    expect(await bench.clientWith().getJob('9007199254740993')).toEqual({
      jobId: '9007199254740993',
      connectionId: 'c',
      status: 'queued',
      jobType: 'a-new-one',
      startTimeMs: Date.parse('2026-01-15T02:00:00Z'),
      lastUpdatedAtMs: null,
      duration: null,
      rowsSynced: null,
      bytesSynced: null,
    });
  });

  it('read createdAt as seconds, streams, and a zone glued on', async () => {
    const { connectionId } = bench.upstream.state.addConnection({
      createdAt: 1_768_472_000,
      status: 'locked',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' },
    });
    expect(await bench.clientWith().getConnection(connectionId)).toMatchObject({
      createdAt: new Date('2026-01-15T10:13:20Z'),
      status: 'locked',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' },
      streams: [
        {
          name: 'orders',
          namespace: null,
          syncMode: 'full_refresh_overwrite',
          cursorField: [],
          primaryKey: [],
        },
      ],
    });
  });

  it('pollute no prototype', async () => {
    bench.upstream.on(LIST, () => ({ ...json(200, {}), body: '{"data":[],"__proto__":{"polluted":1}}' }));
    await bench.clientWith().listConnections();
    expect({}).not.toHaveProperty('polluted');
  });
});
