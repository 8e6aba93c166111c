import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedUnderTest, rowsOf, type EmbeddedClient } from '../../test/embedded/embedded-kit';
import { SAMPLE_CONNECTION_ID, SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS } from './samples/ids';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start();
  api = embedded.client;
});

afterAll(() => embedded.remove());

describe('signing in', () => {
  it('is not required for the health check, which returns a text', async () => {
    const response = await fetch(`${embedded.access.apiUrl}/health`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('Successful operation');
    expect(response.headers.get('date')).not.toBeNull();
  });

  it('is required for all other requests', async () => {
    const response = await fetch(`${embedded.access.apiUrl}/connections`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      message: 'Unauthorized',
      _links: { self: { href: '/api/public/v1/connections', templated: false } },
    });
  });

  it('returns a token with its expiry in the claims', async () => {
    const { apiUrl, clientId, clientSecret } = embedded.access;
    const response = await fetch(`${apiUrl}/applications/token`, {
      method: 'POST',
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        'grant-type': 'client_credentials',
      }),
    });
    const body = JSON.parse(await response.text()) as Record<string, unknown>;
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    const [, payload = ''] = String(body['access_token']).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, number>;
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
  });

  it.each(['{"client_id":"x","client_secret":"y"}', '{}', 'client_id=x'])(
    'refuses %j with 400',
    async (body) => {
      const response = await fetch(`${embedded.access.apiUrl}/applications/token`, { method: 'POST', body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ message: 'Bad Request' });
    },
  );

  it('stores the credentials in a file that only its owner can read', () => {
    expect(statSync(join(embedded.dataDir, 'api.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(embedded.dataDir, 'state.db')).mode & 0o777).toBe(0o600);
  });
});

describe('lists', () => {
  it('contain the samples with their documented ids', async () => {
    const ids = async (resource: string, id: string): Promise<unknown[]> =>
      rowsOf(await api.get(`/${resource}`))
        .map((row) => row[id])
        .sort();
    expect(await ids('sources', 'sourceId')).toEqual([...SAMPLE_SOURCE_IDS].sort());
    expect(await ids('destinations', 'destinationId')).toEqual([...SAMPLE_DESTINATION_IDS].sort());
    expect(await ids('connections', 'connectionId')).toContain(SAMPLE_CONNECTION_ID);
    expect(await ids('workspaces', 'workspaceId')).toHaveLength(1);
  });

  it('contain each sample with a different name', async () => {
    const names = async (resource: string): Promise<unknown[]> =>
      rowsOf(await api.get(`/${resource}`))
        .map((row) => row['name'])
        .sort();
    expect(await names('sources')).toEqual([
      'Sample orders',
      'Sample orders for analytics',
      'Sample orders for output',
    ]);
    expect(await names('destinations')).toEqual([
      'JSON files in /local/analytics',
      'JSON files in /local/output',
      'JSON files in /local/warehouse',
    ]);
  });

  it('have a next link to another host if the page has rows, and an empty one otherwise', async () => {
    const first = await api.get('/sources?limit=3');
    expect(first.contentType).toBe('application/json');
    expect(first.body['next']).toBe('http://localhost:8001/api/public/v1/sources?limit=3&offset=3');
    expect(first.body['previous']).toBe('');
    expect((await api.get('/sources?limit=3&offset=3')).body).toMatchObject({ data: [], next: '' });
  });

  it.each(['limit=0', 'limit=101', 'offset=-1', 'limit=x'])(
    'refuse %s with nothing but an errorId',
    async (query) => {
      const answer = await api.get(`/connections?${query}`);
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.body)).toEqual(['errorId']);
    },
  );

  it('are empty for an unknown workspace', async () => {
    expect(rowsOf(await api.get(`/connections?workspaceIds=${UNKNOWN}`))).toEqual([]);
  });
});

describe('unknown resources', () => {
  it.each([
    ['/connections', 'STANDARD_SYNC'],
    ['/sources', 'SOURCE_CONNECTION'],
    ['/destinations', 'DESTINATION_CONNECTION'],
  ])(
    'are answered with 404 for a UUID and 500 with an errorId for another id: %s',
    async (path, resourceType) => {
      const known = await api.get(`${path}/${UNKNOWN}`);
      expect([known.status, known.body['data']]).toEqual([404, { resourceType, resourceId: UNKNOWN }]);
      const odd = await api.get(`${path}/no-such-thing`);
      expect(odd.status).toBe(500);
      expect(Object.keys(odd.body)).toEqual(['errorId']);
    },
  );

  it('a cancellation of an unknown job reports that it is not running', async () => {
    const answer = await api.get('/jobs/4711');
    expect([answer.status, answer.body['title']]).toEqual([409, 'state-conflict']);
    expect(answer.body['data']).toEqual({ message: 'Job is not currently running' });
  });

  it('the jobs of an unknown connection are an empty list', async () => {
    const answer = await api.get(`/jobs?connectionId=${UNKNOWN}`);
    expect([answer.status, answer.body['data']]).toEqual([200, []]);
  });

  it('an unsupported operation of Airbyte is answered with 501, and another path with 404', async () => {
    expect((await api.get('/users')).status).toBe(501);
    expect((await api.post('/workspaces', {})).status).toBe(501);
    expect((await api.get('/nonsense')).status).toBe(404);
  });
});

describe('creating a connection', () => {
  it('answers 200 with epoch seconds, the zone appended to the expression, and all streams in overwrite mode', async () => {
    const body = {
      sourceId: 'source-id',
      destinationId: 'dest-id',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
    };
    const { status, body: made } = await api.post('/connections', body);
    expect(status).toBe(200);
    expect(made).toMatchObject({
      name: 'Sample orders for output <> JSON files in /local/output',
      status: 'active',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' },
      configurations: { streams: [{ name: 'orders', syncMode: 'full_refresh_overwrite' }] },
      namespaceDefinition: 'destination',
      prefix: '',
      tags: [],
    });
    expect(Math.abs(Number(made['createdAt']) - Date.now() / 1000)).toBeLessThan(60);
    expect((await api.get(`/connections/${String(made['connectionId'])}`)).body).toEqual(made);
  });

  it.each([
    ['0 0 2 * * ? UTC', '0 0 2 * * ? UTC'],
    ['0000 0 2 * * ?', '0000 0 2 * * ? UTC'],
    ['00 00 02 ? * mon', '00 00 02 ? * mon UTC'],
  ])('keeps the spelling of %j', async (cronExpression, stored) => {
    const schedule = { scheduleType: 'CRON', cronExpression };
    const { body } = await api.post('/connections', {
      sourceId: 'source-id',
      destinationId: 'dest-id',
      schedule,
    });
    expect(body['schedule']).toEqual({ scheduleType: 'cron', cronExpression: stored });
  });

  it('refuses five fields with the message of Airbyte', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    const answer = await api.post('/connections', { sourceId: 'x', destinationId: 'y', schedule });
    expect(answer.status).toBe(400);
    expect(answer.body['title']).toBe('bad-request');
    expect(JSON.stringify(answer.body['data'])).toContain('contains 5 parts but we expect one of [6, 7]');
  });

  it('refuses an expression that only the scheduler cannot read with another error type', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 0 2 ? * 2-1/2' };
    const answer = await api.post('/connections', {
      sourceId: 'source-id',
      destinationId: 'dest-id',
      schedule,
    });
    expect([answer.status, answer.body['type']]).toEqual([400, 'error:cron-validation/invalid-expression']);
  });

  it('refuses basic schedules', async () => {
    const schedule = { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' };
    const answer = await api.post('/connections', {
      sourceId: 'source-id',
      destinationId: 'dest-id',
      schedule,
    });
    expect([answer.status, answer.body['message']]).toEqual([400, 'Bad Request']);
  });

  it('checks the destination before the source', async () => {
    const none = await api.post('/connections', { sourceId: UNKNOWN, destinationId: UNKNOWN });
    expect([none.status, none.body['data']]).toEqual([
      404,
      { resourceType: 'DESTINATION_CONNECTION', resourceId: UNKNOWN },
    ]);
    const noSource = await api.post('/connections', { sourceId: 'my-source', destinationId: 'dest-id' });
    expect([noSource.status, noSource.body['data']]).toEqual([
      404,
      { resourceType: 'SOURCE_CONNECTION', resourceId: 'my-source' },
    ]);
  });

  it('accepts a name twice, and is manual without a schedule', async () => {
    const body = { sourceId: 'source-id', destinationId: 'dest-id', name: 'Twice' };
    const [first, second] = [await api.post('/connections', body), await api.post('/connections', body)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body['connectionId']).not.toBe(second.body['connectionId']);
    expect(first.body['schedule']).toEqual({ scheduleType: 'manual' });
  });

  it('names a missing stream, a duplicate stream, and the supported modes', async () => {
    const create = (...streams: object[]): ReturnType<EmbeddedClient['post']> =>
      api.post('/connections', {
        sourceId: 'source-id',
        destinationId: 'dest-id',
        configurations: { streams },
      });
    expect(JSON.stringify((await create({ name: 'nope' })).body['data'])).toContain(
      'No streams found with name [nope]',
    );
    const mode = await create({ name: 'orders', syncMode: 'incremental_deduped_history' });
    expect(JSON.stringify(mode.body['data'])).toContain(
      'full_refresh_overwrite, full_refresh_append, incremental_append',
    );
    const twice = await create({ name: 'orders' }, { name: 'orders' });
    expect([twice.status, JSON.stringify(twice.body['data'])]).toEqual([
      400,
      expect.stringContaining('Duplicate stream found in configuration for: [orders]'),
    ]);
  });
});

describe('changing a connection', () => {
  it('keeps absent members, removes the schedule for manual, and keeps a deleted connection as deprecated', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' };
    const id = await api.connect('source-id', 'dest-id', { name: 'Before', schedule });
    expect((await api.patch(`/connections/${id}`, { name: 'After' })).body).toMatchObject({
      name: 'After',
      schedule: { cronExpression: '0 0 2 * * ? UTC' },
    });
    expect(
      (await api.patch(`/connections/${id}`, { schedule: { scheduleType: 'manual' }, status: 'inactive' }))
        .body,
    ).toMatchObject({
      status: 'inactive',
      schedule: { scheduleType: 'manual' },
    });
    expect((await api.delete(`/connections/${id}`)).status).toBe(204);
    const deleted = await api.get(`/connections/${id}`);
    expect([deleted.status, deleted.body['status']]).toEqual([200, 'deprecated']);
    const ids = (answer: Awaited<ReturnType<EmbeddedClient['get']>>): unknown[] =>
      rowsOf(answer).map((row) => row['connectionId']);
    expect(ids(await api.get('/connections?limit=100'))).not.toContain(id);
    expect(ids(await api.get('/connections?limit=100&includeDeleted=true'))).toContain(id);
  });
});
