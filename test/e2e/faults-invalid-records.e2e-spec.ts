import { freshGatewayBench } from '../support/gateway-bench';
import { DESTINATION_ID, fault, json, SOURCE_ID } from '../support/scripted-upstream';

const CREATE = 'POST /connections';
const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

const bench = freshGatewayBench({
  AIRBYTE_CREATE_TIMEOUT_MS: '4000',
  STATUS_MAX_AGE_MS: '0',
  IDEMPOTENCY_DOUBT_MS: '0',
});

interface Listed {
  readonly data: readonly {
    readonly connectionId: string;
    readonly health: string;
    readonly created: string | null;
  }[];
}
const list = async (query = ''): Promise<Listed> =>
  (await bench.api.get(`/ingestion${query}`).expect(200)).body as Listed;

describe('an invalid connection', () => {
  const ODD: Record<string, object> = {
    'an empty name': { name: '' },
    'no name': { name: null },
    'no schedule': { schedule: null },
    'a schedule that is a string': { schedule: 'daily' },
    'a cron schedule without an expression': { schedule: { scheduleType: 'cron' } },
    'createdAt as text': { createdAt: 'yesterday' },
    'no createdAt': { createdAt: undefined },
    'createdAt after the year 9999': { createdAt: 8e12 },
    'no streams': { configurations: null },
    'a stream without a name': { configurations: { streams: [{}, null, 7] } },
    'no status': { status: null },
    'no source': { sourceId: 7 },
    'no workspace': { workspaceId: null },
    'no id': { connectionId: null },
  };

  it.each(Object.entries(ODD))('with %s does not take the others away', async (_, odd) => {
    const good = bench.upstream.state.addConnection({ name: 'Good' });
    bench.upstream.state.addJob({ connectionId: good.connectionId });
    bench.upstream.state.addConnection({ connectionId: 'odd', ...odd });
    for (const query of ['', '?health=never_synced', '?status=active&pageSize=1']) await list(query);
    expect((await list()).data.map((item) => item.connectionId)).toContain(good.connectionId);
    const batch = await bench.api
      .post('/ingestion/status/batch')
      .send({ ids: [good.connectionId, 'odd', 'odd-2'] })
      .expect(200);
    expect((batch.body as { results: unknown[] }).results[0]).toMatchObject({ problem: null });
  });

  it('can be deleted through the gateway', async () => {
    bench.upstream.state.addConnection({ connectionId: 'odd', name: '' });
    await bench.api.delete('/ingestion/odd').expect(204);
  });

  it('does not prevent the search for a lost creation', async () => {
    Object.assign(bench.upstream.state.addConnection({ connectionId: 'odd' }), {
      name: null,
      schedule: null,
    });
    bench.upstream.on(CREATE, (request) => fault('reset', bench.upstream.act(request)));
    await bench.api.post('/ingestion').send(ORDERS).expect(201);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('does not cause gaps between the pages of a long list', async () => {
    for (let i = 0; i < 250; i++) {
      const row = bench.upstream.state.addConnection({ connectionId: `c-${i}` });
      if (i % 90 === 5) Object.assign(row, { connectionId: null });
    }
    const ids = new Set<string>();
    for (let token: string | null = ''; token !== null;) {
      const query = `?pageSize=50${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`;
      const page = (await list(query)) as Listed & { nextPageToken: string | null };
      for (const { connectionId } of page.data) ids.add(connectionId);
      token = page.nextPageToken;
    }
    expect(ids.size).toBe(250 - 3);
  });
});

describe('an invalid job', () => {
  const ODD: Record<string, object> = {
    'lastUpdatedAt that is not a time': { lastUpdatedAt: 'soon' },
    'lastUpdatedAt after the year 9999': { lastUpdatedAt: '+275760-09-13T00:00:00Z' },
    'startTime after the year 9999': { startTime: '+275760-09-13T00:00:00Z' },
    'no jobType': { jobType: null },
    'no startTime': { startTime: undefined, lastUpdatedAt: '2026-01-15T02:00:00Z' },
    'no times': { startTime: null, lastUpdatedAt: null },
    'no status': { status: null },
    'no connection': { connectionId: null },
    'an id that is not a number': { jobId: 'seven' },
    'rows as text': { rowsSynced: 'many' },
  };

  it.each(Object.entries(ODD))('with %s does not take the others away', async (_, odd) => {
    const good = bench.upstream.state.addConnection();
    const other = bench.upstream.state.addConnection();
    const job = { rowsSynced: 5, bytesSynced: 50, lastUpdatedAt: new Date().toISOString() };
    bench.upstream.state.addJob({ connectionId: good.connectionId, ...job });
    bench.upstream.state.addJob({ connectionId: other.connectionId, ...job });
    bench.upstream.state.addJob({ connectionId: other.connectionId, ...job, ...odd });
    const items = (await list()).data;
    expect(items.find((item) => item.connectionId === good.connectionId)).toMatchObject({
      health: 'healthy',
    });
    await list('?health=healthy');
    const ids = [good.connectionId, other.connectionId];
    const batch = await bench.api.post('/ingestion/status/batch').send({ ids: ids }).expect(200);
    expect((batch.body as { results: unknown[] }).results).toEqual([
      expect.objectContaining({ problem: null }),
      expect.objectContaining({ problem: null }),
    ]);
    for (const id of ids) await bench.api.get(`/ingestion/${id}/runs`).expect(200);
  });
});

describe('an ingestion whose only job is invalid', () => {
  it.each<[string, object]>([
    ['has no connection', { connectionId: null }],
    ['has text as its id', { jobId: 'seven' }],
    ['has a fraction as its id', { jobId: 1.5 }],
    ['has no id', { jobId: null }],
    ['has no times', { startTime: null, lastUpdatedAt: null }],
  ])('and %s is listed like the others', async (_, odd) => {
    const good = bench.upstream.state.addConnection();
    bench.upstream.state.addJob({ connectionId: good.connectionId });
    const other = bench.upstream.state.addConnection();
    bench.upstream.on('GET /jobs', (request) => {
      if (request.query.get('connectionId') !== other.connectionId) return undefined;
      const startTime = '2026-01-15T02:00:00Z';
      return json(200, { data: [{ jobId: 9, connectionId: other.connectionId, startTime, ...odd }] });
    });
    const ids = (await list()).data.map((item) => item.connectionId);
    expect(ids.sort()).toEqual([good.connectionId, other.connectionId].sort());
    await bench.api.get(`/ingestion/${other.connectionId}/status`).expect(200);
    await bench.api.get(`/ingestion/${other.connectionId}/runs`).expect(200);
  });
});

describe('an Airbyte release before December 2024, without createdAt', () => {
  const withoutCreatedAt = (): void => {
    for (const operation of ['GET /connections/:id', CREATE])
      bench.upstream.on(operation, (request) => {
        const reply = bench.upstream.act(request);
        const body = JSON.parse((reply as { body: string }).body) as object;
        return json((reply as { status: number }).status, { ...body, createdAt: undefined });
      });
    bench.upstream.on('GET /connections', () =>
      json(200, {
        data: [...bench.upstream.state.connections.values()].map((row) => ({ ...row, createdAt: undefined })),
      }),
    );
  };

  it('supports every operation, with null as creation time', async () => {
    withoutCreatedAt();
    const made = await bench.api.post('/ingestion').send(ORDERS).expect(201);
    const { connectionId } = made.body as { connectionId: string };
    expect(made.body).toMatchObject({ created: null });
    await bench.api.get(`/ingestion/${connectionId}`).expect(200);
    await bench.api.get(`/ingestion/${connectionId}/status`).expect(200);
    await bench.api.patch(`/ingestion/${connectionId}`).send({ name: 'Other' }).expect(200);
    await bench.api.post(`/ingestion/${connectionId}/runs`).expect(202);
    expect((await list()).data).toMatchObject([{ connectionId, created: null }]);
  });

  it('does not repeat a lost creation, because the age of the connection is unknown', async () => {
    withoutCreatedAt();
    bench.upstream.on(CREATE, (request, nth) =>
      nth === 1 ? fault('reset', bench.upstream.act(request)) : undefined,
    );
    const send = (): ReturnType<typeof bench.api.post> =>
      bench.api.post('/ingestion').set('Idempotency-Key', 'k').send(ORDERS);
    await send().expect(504);
    expect((await send().expect(409)).body).toMatchObject({ code: 'outcome-in-doubt' });
    expect(bench.upstream.count(CREATE)).toBe(1);
  });
});

describe('a 500 of Airbyte without a message', () => {
  it.each([
    ['run', 'POST /jobs', 'post', '/runs'],
    ['change', 'PATCH /connections/:id', 'patch', ''],
    ['deletion', 'DELETE /connections/:id', 'delete', ''],
  ] as const)('for a %s is not reported as an unknown ingestion', async (_, operation, method, path) => {
    bench.upstream.state.addConnection({ connectionId: 'conn-1' });
    bench.upstream.on(operation, (_request, nth) => (nth === 1 ? json(500, {}) : undefined));
    const send = (): ReturnType<typeof bench.api.post> => {
      const request = bench.api[method](`/ingestion/conn-1${path}`);
      return method === 'post'
        ? request.set('Idempotency-Key', 'again')
        : method === 'patch'
          ? request.send({ name: 'x' })
          : request;
    };
    expect((await send().expect(502)).body).toMatchObject({ code: 'airbyte-failed' });
    expect((await send()).status).toBeLessThan(300);
  });

  it('a request with the same Idempotency-Key is repeated after a 404', async () => {
    const send = (): ReturnType<typeof bench.api.post> =>
      bench.api.post('/ingestion/conn-1/runs').set('Idempotency-Key', 'later');
    await send().expect(404);
    bench.upstream.state.addConnection({ connectionId: 'conn-1' });
    await send().expect(202);
  });
});
