import { createHash } from 'node:crypto';
import { KEYS } from '../support/api-keys';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, json, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { signedBench } from '../support/signed-bench';

const NOW = new Date('2026-01-15T10:30:00Z');
const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
const OTHER_SOURCE = '22222222-2222-4222-8222-222222222222';
const OTHER_DESTINATION = '33333333-3333-4333-8333-333333333333';
const ELSEWHERE = '77777777-7777-4777-8777-777777777777';
const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

const bench = signedBench();
const { as } = bench;

describe('a caller that is limited to a workspace', () => {
  let theirs: string;

  beforeEach(() => {
    bench.upstream.state.workspaces.set(OTHER_WORKSPACE, 'Other');
    bench.upstream.state.addSource(OTHER_SOURCE, OTHER_WORKSPACE);
    bench.upstream.state.addDestination(OTHER_DESTINATION, OTHER_WORKSPACE);
    theirs = bench.upstream.state.addConnection({ workspaceId: OTHER_WORKSPACE }).connectionId;
    bench.upstream.state.addJob({ connectionId: theirs, status: 'running' });
  });

  const changes = (): string[] =>
    bench.upstream.requests.filter((request) => request.method !== 'GET').map((request) => request.operation);

  it.each([
    ['get', (id: string) => `/ingestion/${id}/status`],
    ['delete', (id: string) => `/ingestion/${id}`],
    ['get', (id: string) => `/ingestion/${id}/runs`],
    ['post', (id: string) => `/ingestion/${id}/runs`],
    ['get', (id: string) => `/ingestion/${id}/runs/1`],
    ['post', (id: string) => `/ingestion/${id}/runs/1/cancel`],
  ] as const)(
    'gets the same answer for an ingestion of another workspace as for an unknown id: %s',
    async (method, path) => {
      const strange = await as(KEYS.limited, method, path(theirs)).expect(404);
      const absent = await as(KEYS.limited, method, path('11111111-1111-4111-8111-111111111111')).expect(404);
      const telling = ['type', 'title', 'status', 'detail', 'code', 'upstream', 'errors'];
      const [a, b] = [strange, absent].map((response) =>
        telling.map((name) => (response.body as Record<string, unknown>)[name]),
      );
      expect(a).toEqual(b);
      expect(strange.body).toMatchObject({ code: 'ingestion-not-found' });
      expect(changes()).toEqual([]);
    },
  );

  it('cannot detect an ingestion of another workspace by a failure of Airbyte', async () => {
    bench.upstream.on('GET /jobs', () => json(500, {}));
    await as(KEYS.writer, 'get', `/ingestion/${theirs}/status`).expect(502);
    const { body } = await as(KEYS.limited, 'get', `/ingestion/${theirs}/status`).expect(404);
    expect(body).toMatchObject({ code: 'ingestion-not-found' });
  });

  it.each(['', '?wait=1'])(
    'cannot detect an ingestion of another workspace by an unknown run: runs/99%s',
    async (query) => {
      const path = `/ingestion/${theirs}/runs/99${query}`;
      expect((await as(KEYS.writer, 'get', path).expect(404)).body).toMatchObject({
        code: 'run-not-found',
      });
      expect((await as(KEYS.limited, 'get', path).expect(404)).body).toMatchObject({
        code: 'ingestion-not-found',
      });
    },
  );

  it.each(['/ingestion', '/ingestion?status=active', '/ingestion?name=o', '/sources', '/destinations'])(
    'sees nothing of another workspace in lists, even if Airbyte ignores the filter: %s',
    async (path) => {
      bench.upstream.on('*', (request) => {
        for (const name of ['workspaceIds', 'workspaceId']) request.query.delete(name);
        return undefined;
      });
      const rows = async (key: string): Promise<string[]> => {
        const { body } = await as(key, 'get', path).expect(200);
        return (body as { data: { workspaceId: string }[] }).data.map(({ workspaceId }) => workspaceId);
      };
      await as(KEYS.limited, 'post', '/ingestion').send(ORDERS).expect(201);
      expect(new Set(await rows(KEYS.writer))).toEqual(new Set([WORKSPACE_ID, OTHER_WORKSPACE]));
      expect(new Set(await rows(KEYS.limited))).toEqual(new Set([WORKSPACE_ID]));
    },
  );

  it('does not see an ingestion that another caller has just read', async () => {
    await as(KEYS.writer, 'get', `/ingestion/${theirs}/status`).expect(200);
    await as(KEYS.limited, 'get', `/ingestion/${theirs}/status`).expect(404);
  });

  it('does not get the stored answer of the same Idempotency-Key in another workspace', async () => {
    const send = async (workspace: string, status: number): Promise<unknown> => {
      const token = await bench.issuer.token({ scope: 'ingestion:write', workspace });
      const request = bench.api.post('/ingestion').auth(token, { type: 'bearer' });
      return (await request.set('Idempotency-Key', 'mine').send(ORDERS).expect(status)).body;
    };
    expect(await send(WORKSPACE_ID, 201)).toMatchObject({ name: ORDERS.name });
    expect(await send(OTHER_WORKSPACE, 422)).toMatchObject({ code: 'reference-not-found' });
  });

  it('gets the same 422 for a source or destination of another workspace as for an unknown one', async () => {
    const references = { ...ORDERS, sourceId: OTHER_SOURCE, destinationId: OTHER_DESTINATION };
    const strange = await as(KEYS.limited, 'post', '/ingestion').send(references).expect(422);
    expect(strange.body).toMatchObject({
      code: 'reference-not-found',
      errors: [{ field: 'sourceId' }, { field: 'destinationId' }],
    });
    const absent = { ...ORDERS, sourceId: '1'.repeat(36), destinationId: '2'.repeat(36) };
    const unknown = await as(KEYS.limited, 'post', '/ingestion').send(absent).expect(422);
    expect(unknown.body).toMatchObject({ errors: (strange.body as { errors: unknown }).errors });
    expect(changes()).toEqual([]);
  });

  it('does not get the ingestion of another workspace when it repeats a failed creation', async () => {
    const references = { ...ORDERS, sourceId: OTHER_SOURCE, destinationId: OTHER_DESTINATION };
    const attempt = (status: number): ReturnType<typeof bench.api.post> =>
      as(KEYS.limited, 'post', '/ingestion')
        .set('Idempotency-Key', 'curious')
        .send(references)
        .expect(status);
    bench.upstream.on('GET /sources/:id', () => json(500, {}));
    await attempt(502);
    bench.upstream.on('GET /sources/:id', () => undefined);
    await as(KEYS.writer, 'post', '/ingestion').send(references).expect(201);
    bench.upstream.state.addConnection({
      ...references,
      workspaceId: OTHER_WORKSPACE,
      schedule: { scheduleType: 'manual' },
    });
    expect((await attempt(422)).body).toMatchObject({ code: 'reference-not-found' });
  });

  it('may read, run and delete the ingestions of its workspace', async () => {
    const created = await as(KEYS.limited, 'post', '/ingestion').send(ORDERS).expect(201);
    const { connectionId } = created.body as { connectionId: string };
    await as(KEYS.limited, 'get', `/ingestion/${connectionId}/status`).expect(200);
    await as(KEYS.limited, 'post', `/ingestion/${connectionId}/runs`).expect(202);
    await as(KEYS.limited, 'delete', `/ingestion/${connectionId}`).expect(204);
  });

  it('is limited by the workspace claim of its token too', async () => {
    const token = await bench.issuer.token({ scope: 'ingestion:read', workspace: WORKSPACE_ID });
    await bench.api.get(`/ingestion/${theirs}/status`).auth(token, { type: 'bearer' }).expect(404);
    const other = await bench.issuer.token({ scope: 'ingestion:read', workspace: OTHER_WORKSPACE });
    await bench.api.get(`/ingestion/${theirs}/status`).auth(other, { type: 'bearer' }).expect(200);
  });
});

describe('a caller that is limited to another workspace than the ingestion', () => {
  const KEY = 'the-key-of-the-other-team';
  let theirs: TestGateway;

  beforeAll(async () => {
    const hash = createHash('sha256').update(KEY).digest('hex');
    const API_KEYS = `team:ingestion:read+ingestion:write:${hash}:${ELSEWHERE}`;
    theirs = await startGateway(
      { AIRBYTE_API_URL: bench.upstream.url, API_KEYS },
      clockOf(() => NOW),
    );
  });

  afterAll(() => theirs.close());

  beforeEach(() => {
    bench.upstream.state.addConnection({ connectionId: UUID, schedule: DAILY });
    bench.upstream.state.addJob({ connectionId: UUID, status: 'running' });
    bench.upstream.state.addConnection({ connectionId: 'own', workspaceId: ELSEWHERE });
    bench.upstream.state.addSource('own-source', ELSEWHERE);
  });

  const idsOf = (text: string): string[] =>
    [...text.matchAll(/"(?:connectionId|sourceId)":"([^"]+)"/g)].map((found) => String(found[1]));

  it.each([
    ['/ingestion', ['own', SOURCE_ID]],
    ['/ingestion?status=active', ['own', SOURCE_ID]],
    ['/sources', ['own-source']],
    ['/destinations', []],
  ])('sees only its own workspace in GET %s', async (path, ids) => {
    const response = await theirs.api.get(path).set('x-api-key', KEY).expect(200);
    expect(idsOf(response.text)).toEqual(ids);
  });

  it('gets 404 or 422 for everything outside of its workspace', async () => {
    const { api } = theirs;
    await api.get(`/ingestion/${UUID}`).set('x-api-key', KEY).expect(404);
    await api.patch(`/ingestion/${UUID}`).set('x-api-key', KEY).send({ name: 'Mine' }).expect(404);
    await api.get(`/ingestion/${UUID}/runs/1?wait=5`).set('x-api-key', KEY).expect(404);
    const batch = await api
      .post('/ingestion/status/batch')
      .set('x-api-key', KEY)
      .send({ ids: [UUID, 'own'] })
      .expect(200);
    expect(batch.body).toMatchObject({
      results: [{ problem: { code: 'ingestion-not-found' } }, { status: { connectionId: 'own' } }],
    });
    const check = await api.post('/ingestion/check').set('x-api-key', KEY).send(ORDERS).expect(422);
    expect(check.body).toMatchObject({
      code: 'reference-not-found',
      errors: [{ field: 'sourceId' }, { field: 'destinationId' }],
    });
    expect(bench.upstream.of('PATCH /connections/:id')).toEqual([]);
  });
});
