import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { TestIssuer } from '../support/issuer';
import {
  DESTINATION_ID,
  json,
  ScriptedUpstream,
  SOURCE_ID,
  WORKSPACE_ID,
} from '../support/scripted-upstream';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const OTHER_WORKSPACE = '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001';
const OTHER_SOURCE = '22222222-2222-4222-8222-222222222222';
const OTHER_DESTINATION = '33333333-3333-4333-8333-333333333333';

const newKey = (): string => randomBytes(32).toString('hex');
const KEYS = { writer: newKey(), reader: newKey(), limited: newKey(), weak: newKey() };
const entry = (name: keyof typeof KEYS, scopes: string, workspace = ''): string =>
  [name, scopes, createHash('sha256').update(KEYS[name]).digest('hex'), workspace].filter(Boolean).join(':');
const API_KEYS = [
  entry('writer', 'ingestion:read+ingestion:write'),
  entry('reader', 'ingestion:read'),
  entry('limited', 'ingestion:read+ingestion:write', WORKSPACE_ID),
  entry('weak', 'ingestion:write'),
].join(',');

/** Every operation of the API description that asks for credentials, with ids filled in. */
function operations(): [method: string, path: string][] {
  const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, { security?: object[] }>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { security = [] }]) => security.length > 0)
      .map(([method]): [string, string] => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'some-id')]),
  );
}

describe('callers', () => {
  let upstream: ScriptedUpstream;
  let issuer: TestIssuer;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    issuer = await TestIssuer.start();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      API_KEYS,
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: 'gateway',
      OIDC_WORKSPACE_CLAIM: 'workspace',
      STATUS_MAX_AGE_MS: '60000',
    });
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
    await upstream.close();
  });

  type Method = 'get' | 'post' | 'delete';
  const as = (key: string, method: Method, path: string): ReturnType<typeof gateway.api.post> =>
    gateway.api[method](path).set('X-API-Key', key);

  describe('who sign in', () => {
    it.each(operations())('are asked for: %s %s', async (method, path) => {
      const signed = (key?: string): Promise<Response> =>
        fetch(gateway.url + path, { method, ...(key !== undefined && { headers: { 'x-api-key': key } }) });
      const nobody = await signed();
      expect(nobody.status).toBe(401);
      expect(nobody.headers.get('content-type')).toContain('application/problem+json');
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="airbyte-ingestion-api"');
      expect(await nobody.json()).toMatchObject({ code: 'unauthenticated' });
      const stranger = await signed('stranger');
      expect(stranger.status).toBe(401);
      expect(stranger.headers.get('www-authenticate')).toContain('error="invalid_token"');
      expect(upstream.requests).toEqual([]);
    });

    it.each(['/health/live', '/health/ready', '/openapi.json', '/docs/'])(
      'are not asked for at %s',
      async (path) => {
        await gateway.api.get(path).expect(200);
      },
    );

    it('are asked for by HEAD as by GET', async () => {
      const head = request(`${gateway.url}/ingestion/some-id/status`, { method: 'HEAD' }).end();
      const [answer] = (await once(head, 'response')) as [IncomingMessage];
      expect(answer.statusCode).toBe(401);
      answer.resume();
    });

    it('may send their key either way', async () => {
      await as(KEYS.writer, 'post', '/ingestion').send(ORDERS).expect(201);
      await gateway.api.post('/ingestion').auth(KEYS.writer, { type: 'bearer' }).send(ORDERS).expect(201);
    });

    it('may do what their scopes say, and are told which one is missing', async () => {
      const refused = await as(KEYS.reader, 'post', '/ingestion').send(ORDERS).expect(403);
      expect(refused.body).toMatchObject({ code: 'not-permitted' });
      expect(refused.headers['www-authenticate']).toContain('scope="ingestion:write"');
      await as(KEYS.weak, 'get', '/ingestion/some-id/status').expect(403);
      expect(upstream.requests).toEqual([]);
    });

    it('are judged before their body is read', async () => {
      const broken = gateway.api.post('/ingestion').type('application/json').send('{"name":');
      await broken.expect(401);
    });

    it('may bring a token of the issuer', async () => {
      const token = await issuer.token({ scope: 'ingestion:write', workspace: WORKSPACE_ID });
      await gateway.api.post('/ingestion').auth(token, { type: 'bearer' }).send(ORDERS).expect(201);
      const reading = await issuer.token({ scp: ['ingestion:read'], workspace: WORKSPACE_ID });
      await gateway.api.post('/ingestion').auth(reading, { type: 'bearer' }).send(ORDERS).expect(403);
      const homeless = await issuer.token({ scope: 'ingestion:write' });
      await gateway.api.post('/ingestion').auth(homeless, { type: 'bearer' }).send(ORDERS).expect(403);
    });

    it('never find their credentials in an answer', async () => {
      const answer = await as(`${KEYS.writer}x`, 'post', '/ingestion').send(ORDERS).expect(401);
      expect(JSON.stringify([answer.headers, answer.text])).not.toContain(KEYS.writer);
    });

    it('have keys of their own for idempotency: what one sent is not given to another', async () => {
      const send = (key: string): ReturnType<typeof gateway.api.post> =>
        as(key, 'post', '/ingestion').set('Idempotency-Key', 'same').send(ORDERS);
      await send(KEYS.writer).expect(201);
      expect((await send(KEYS.limited).expect(201)).headers).not.toHaveProperty('idempotency-replayed');
      expect((await send(KEYS.writer).expect(201)).headers['idempotency-replayed']).toBe('true');
      await send(KEYS.reader).expect(403);
      expect(upstream.state.connections.size).toBe(2);
    });
  });

  describe('limited to a workspace', () => {
    let theirs: string;

    beforeEach(() => {
      upstream.state.workspaces.set(OTHER_WORKSPACE, 'Other');
      upstream.state.addSource(OTHER_SOURCE, OTHER_WORKSPACE);
      upstream.state.addDestination(OTHER_DESTINATION, OTHER_WORKSPACE);
      theirs = upstream.state.addConnection({ workspaceId: OTHER_WORKSPACE }).connectionId;
      upstream.state.addJob({ connectionId: theirs, status: 'running' });
    });

    const changes = (): string[] =>
      upstream.requests.filter((request) => request.method !== 'GET').map((request) => request.operation);

    it.each([
      ['get', (id: string) => `/ingestion/${id}/status`],
      ['delete', (id: string) => `/ingestion/${id}`],
      ['get', (id: string) => `/ingestion/${id}/runs`],
      ['post', (id: string) => `/ingestion/${id}/runs`],
      ['get', (id: string) => `/ingestion/${id}/runs/1`],
      ['post', (id: string) => `/ingestion/${id}/runs/1/cancel`],
    ] as const)('learn from %s no more of another than of what does not exist', async (method, path) => {
      const strange = await as(KEYS.limited, method, path(theirs)).expect(404);
      const absent = await as(KEYS.limited, method, path('11111111-1111-4111-8111-111111111111')).expect(404);
      const telling = ['type', 'title', 'status', 'detail', 'code', 'upstream', 'errors'];
      const [a, b] = [strange, absent].map((response) =>
        telling.map((name) => (response.body as Record<string, unknown>)[name]),
      );
      expect(a).toEqual(b);
      expect(strange.body).toMatchObject({ code: 'ingestion-not-found' });
      expect(changes()).toEqual([]);
    });

    it('are not told by a failure of Airbyte that an ingestion of another is there', async () => {
      upstream.on('GET /jobs', () => json(500, {}));
      await as(KEYS.writer, 'get', `/ingestion/${theirs}/status`).expect(502);
      const { body } = await as(KEYS.limited, 'get', `/ingestion/${theirs}/status`).expect(404);
      expect(body).toMatchObject({ code: 'ingestion-not-found' });
    });

    it.each(['', '?wait=1'])(
      'are not told by a run that is not there that its ingestion is: runs/99%s',
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
      'list nothing of another even if Airbyte does: %s',
      async (path) => {
        upstream.on('*', (request) => {
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

    it('are not shown what somebody else has just read, though the read is shared', async () => {
      await as(KEYS.writer, 'get', `/ingestion/${theirs}/status`).expect(200);
      await as(KEYS.limited, 'get', `/ingestion/${theirs}/status`).expect(404);
    });

    it('have keys of their own for idempotency in each: no answer is carried from one into another', async () => {
      const send = async (workspace: string, status: number): Promise<unknown> => {
        const token = await issuer.token({ scope: 'ingestion:write', workspace });
        const request = gateway.api.post('/ingestion').auth(token, { type: 'bearer' });
        return (await request.set('Idempotency-Key', 'mine').send(ORDERS).expect(status)).body;
      };
      expect(await send(WORKSPACE_ID, 201)).toMatchObject({ name: ORDERS.name });
      expect(await send(OTHER_WORKSPACE, 422)).toMatchObject({ code: 'reference-not-found' });
    });

    it('cannot use sources and destinations of another: the same 422 as for unknown ones, and nothing is made', async () => {
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

    it('are not told of what another has made when they try again what has failed', async () => {
      const references = { ...ORDERS, sourceId: OTHER_SOURCE, destinationId: OTHER_DESTINATION };
      const attempt = (status: number): ReturnType<typeof gateway.api.post> =>
        as(KEYS.limited, 'post', '/ingestion')
          .set('Idempotency-Key', 'curious')
          .send(references)
          .expect(status);
      upstream.on('GET /sources/:id', () => json(500, {}));
      await attempt(502);
      upstream.on('GET /sources/:id', () => undefined);
      await as(KEYS.writer, 'post', '/ingestion').send(references).expect(201);
      upstream.state.addConnection({
        ...references,
        workspaceId: OTHER_WORKSPACE,
        schedule: { scheduleType: 'manual' },
      });
      expect((await attempt(422)).body).toMatchObject({ code: 'reference-not-found' });
    });

    it('do with their own what everybody does', async () => {
      const created = await as(KEYS.limited, 'post', '/ingestion').send(ORDERS).expect(201);
      const { connectionId } = created.body as { connectionId: string };
      await as(KEYS.limited, 'get', `/ingestion/${connectionId}/status`).expect(200);
      await as(KEYS.limited, 'post', `/ingestion/${connectionId}/runs`).expect(202);
      await as(KEYS.limited, 'delete', `/ingestion/${connectionId}`).expect(204);
    });

    it('by a claim of their token are limited as well', async () => {
      const token = await issuer.token({ scope: 'ingestion:read', workspace: WORKSPACE_ID });
      await gateway.api.get(`/ingestion/${theirs}/status`).auth(token, { type: 'bearer' }).expect(404);
      const other = await issuer.token({ scope: 'ingestion:read', workspace: OTHER_WORKSPACE });
      await gateway.api.get(`/ingestion/${theirs}/status`).auth(other, { type: 'bearer' }).expect(200);
    });
  });

  describe('are protected by headers', () => {
    it('on answers', async () => {
      const { headers } = await gateway.api.get('/health/live');
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('on the docs page, which still works', async () => {
      const page = await gateway.api.get('/docs/').expect(200);
      const policy = page.headers['content-security-policy'] ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('upgrade-insecure-requests');
      const scripts = [...page.text.matchAll(/<script([^>]*)>([^<]*)/g)];
      expect(scripts.length).toBeGreaterThan(0);
      // The policy lets only scripts of this origin run, so none may stand in the page.
      for (const [, attributes, text] of scripts) {
        expect(attributes).toMatch(/src="\.?\/?(docs\/)?swagger/);
        expect(text?.trim()).toBe('');
      }
      await gateway.api
        .get('/docs/swagger-ui-init.js')
        .expect(200)
        .expect('content-type', /javascript/);
    });
  });
});

describe('too many requests', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let aheadMs = 0;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const environment = { AIRBYTE_API_URL: upstream.url, API_KEYS, RATE_LIMIT: '3' };
    gateway = await startGateway(
      environment,
      clockOf(() => new Date(1_800_000_000_000 + aheadMs)),
    );
  });
  beforeEach(() => {
    aheadMs += 60_000;
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const preview = (key: string): ReturnType<typeof gateway.api.post> =>
    gateway.api
      .post('/schedule/preview')
      .set('X-API-Key', key)
      .send({ schedule: { scheduleType: 'manual' } });

  it('of one caller are refused until the minute is over; others are not concerned', async () => {
    const first = await preview(KEYS.writer).expect(200);
    expect(first.headers['ratelimit-policy']).toBe('"default";q=3;w=60');
    expect(first.headers['ratelimit']).toBe('"default";r=2;t=60');
    aheadMs += 20_000;
    await preview(KEYS.writer).expect(200);
    const third = await preview(KEYS.writer).expect(200);
    expect(third.headers['ratelimit']).toBe('"default";r=0;t=40');
    const fourth = await preview(KEYS.writer).expect(429);
    expect(fourth.body).toMatchObject({ code: 'rate-limited' });
    expect(fourth.headers).toMatchObject({ 'retry-after': '40', ratelimit: '"default";r=0;t=40' });
    await preview(KEYS.reader).expect(200);
    aheadMs += 40_000;
    await preview(KEYS.writer).expect(200);
  });

  it('by somebody who guesses keys are refused by address, without a word on the key', async () => {
    for (let guesses = 0; guesses < 3; guesses++) await preview(`guess-${guesses}`).expect(401);
    await preview('guess-4').expect(429);
    await gateway.api.get('/nowhere').expect(429);
    await preview(KEYS.writer).expect(200);
  });

  it('are not counted at the probes', async () => {
    for (let probes = 0; probes < 5; probes++) {
      const { headers } = await gateway.api.get('/health/live').expect(200);
      expect(headers).not.toHaveProperty('ratelimit');
    }
  });
});

describe('without any callers named', () => {
  it('everybody may call, and the limit can be off', async () => {
    const upstream = await ScriptedUpstream.start();
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
    const response = await gateway.api.post('/ingestion').send(ORDERS).expect(201);
    expect(response.headers).not.toHaveProperty('ratelimit');
    await gateway.close();
    await upstream.close();
  });
});

describe('stopping', () => {
  it('shows in readiness while a request is in flight, which is answered', async () => {
    const upstream = await ScriptedUpstream.start();
    const { connectionId } = upstream.state.addConnection();
    let release: (() => void) | undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    upstream.on('GET /connections/:id', async () => {
      await released;
      return undefined;
    });
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    await fetch(`${gateway.url}/health/ready`);
    const pending = fetch(`${gateway.url}/ingestion/${connectionId}/status`);
    await upstream.seen('GET /connections/:id');
    const closed = gateway.close();
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ code: 'not-ready' })]);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    release?.();
    expect((await pending).status).toBe(200);
    await closed;
    await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow('fetch failed');
    await upstream.close();
  });
});
