import { METHODS } from 'node:http';
import { connect } from 'node:net';
import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

describe('an HTTP request', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.on('close', () => {
        resolve(answer);
      });
      socket.on('error', reject);
    });

  it.each([
    ['an unknown route', 'GET', '/nowhere', undefined, 404, 'route-not-found'],
    ['a method that the path does not take', 'PUT', '/ingestion', '{}', 405, 'method-not-allowed'],
    ['broken JSON', 'POST', '/ingestion', '{"name":', 400, 'malformed-body'],
    ['an empty body', 'POST', '/ingestion', '', 400, 'validation-failed'],
    ['an empty body where none is taken', 'DELETE', '/ingestion/nothing', '', 404, 'ingestion-not-found'],
    ['a polluted prototype', 'POST', '/ingestion', '{"__proto__": {"a": 1}}', 400, 'malformed-body'],
    ['an array', 'POST', '/ingestion', '[]', 400, 'validation-failed'],
    ['a text', 'POST', '/ingestion', '"x"', 400, 'validation-failed'],
    [
      'a body over 100 kB',
      'POST',
      '/ingestion',
      JSON.stringify({ name: 'x'.repeat(100_001) }),
      413,
      'body-too-large',
    ],
    ['a bad escape in the path', 'GET', '/ingestion/%zz/status', undefined, 400, 'malformed-request'],
    ['a query in Latin-1', 'GET', '/ingestion?name=caf%E9', undefined, 400, 'malformed-request'],
    [
      'a bare percent sign in a query',
      'GET',
      '/ingestion?pageSize=1&name=100%',
      undefined,
      400,
      'malformed-request',
    ],
    ['an over-long id', 'GET', `/ingestion/${'x'.repeat(3000)}/status`, undefined, 400, 'validation-failed'],
    ['an over-long path', 'GET', `/ingestion/${'x'.repeat(6000)}/status`, undefined, 414, 'uri-too-long'],
  ])('answers %s with a problem', async (_, method, path, body, status, code) => {
    const response = await fetch(gateway.url + path, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status,
      code,
      type: `/problems/${code}`,
    });
    expect(response.status).toBe(status);
  });

  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '[::1]:80', 'localhost.'])(
    'is served for the loopback host %s',
    async (host) => {
      expect(await raw(`GET /health/live HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 200/,
      );
    },
  );

  it.each([
    'rebound.example',
    'localhost.evil.com',
    '127.0.0.1.nip.io',
    'localhost@evil',
    'evil#localhost',
    '[::2]',
    '',
  ])('does not serve the host %p, by which a web page could reach it', async (host) => {
    const paths = ['/health/live', '/ingestion', '/docs', '/openapi.json', '/nowhere'];
    const before = upstream.requests.length;
    for (const path of paths) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 421/);
      expect(answer).toContain('"code":"host-not-allowed"');
    }
    expect(upstream.requests).toHaveLength(before);
  });

  it.each(['{"__proto__": {"a": 1}}', '{"constructor": {"prototype": {"a": 1}}}'])(
    'with the forbidden JSON member in %s is refused',
    async (body) => {
      const response = await gateway.api.post('/ingestion').type('application/json').send(body).expect(400);
      expect(response.body).toMatchObject({ detail: expect.stringContaining('__proto__') });
      const broken = await gateway.api.post('/ingestion').type('application/json').send(body.slice(1));
      expect(broken.body).toMatchObject({
        code: 'malformed-body',
        detail: expect.not.stringContaining('__'),
      });
    },
  );

  const wrongMethods: [method: string, path: string, allow: string][] = [
    ['PUT', '/ingestion', 'GET, HEAD, POST'],
    ['OPTIONS', '/ingestion/some-id/runs?pageSize=1', 'GET, HEAD, POST'],
    ['POST', '/ingestion/some-id/status', 'GET, HEAD'],
    ['DELETE', '/health/live', 'GET, HEAD'],
    ['QUERY', '/sources?pageSize=1', 'GET, HEAD, POST'],
    ['PUT', '/connector-definitions', 'GET, HEAD'],
    ['QUERY', '/health/live', 'GET, HEAD'],
    ['PROPFIND', '/ingestion', 'GET, HEAD, POST'],
    ['GET', '/ingestion/check?a=1', 'POST'],
    ['DELETE', '/ingestion/check', 'POST'],
    ['GET', '/ingestion/some-id/runs/check', 'POST'],
    ['OPTIONS', '/ingestion/some-id/runs/check', 'POST'],
    ['POST', '/ingestion/some-id/runs/1', 'GET, HEAD'],
    ['PUT', '/ingestion/some-id', 'DELETE, GET, HEAD, PATCH'],
  ];
  // Node 20.18 does not parse QUERY.
  it.each(wrongMethods.filter(([method]) => METHODS.includes(method)))(
    'with the method %s to %s is refused with the allowed methods',
    async (method, path, allow) => {
      const response = await fetch(gateway.url + path, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
      expect(response.headers.get('x-request-id')).toMatch(/./);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await response.json()).toMatchObject({ code: 'method-not-allowed' });
    },
  );

  it.each([
    ['PUT', '/ingestion/a/b/c'],
    ['GET', '/docs/nothing.js'],
    ['GET', '/docs/..%2f..%2fpackage.json'],
  ])('has nothing to allow where there is nothing: %s %s', async (method, path) => {
    const response = await fetch(gateway.url + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([404, null]);
    expect(await response.json()).toMatchObject({ code: 'route-not-found' });
  });

  it('to the root returns an index to clients that are no browsers, and redirects them to the docs', async () => {
    const index = await gateway.api.get('/').redirects(0).expect(302);
    expect(index.headers['location']).toBe('/docs');
    for (const path of Object.values(index.body as Record<string, string>))
      await gateway.api.get(path).redirects(1).expect(200);
  });

  it('with a body that is not JSON is answered with 415', async () => {
    const response = await gateway.api.post('/ingestion').type('text/plain').send('hello').expect(415);
    expect(response.body).toMatchObject({ code: 'unsupported-media-type' });
  });

  it('with too long headers is answered with a problem', async () => {
    const answer = await raw(
      `GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toContain('HTTP/1.1 431');
    expect(answer).toContain('"code":"headers-too-large"');
  });

  it.each([
    [200, 200],
    [201, 431],
    [3900, 431],
  ])('with %i headers is answered with %i', async (count, status) => {
    const others = 'a:\r\n'.repeat(count - 2);
    const answer = await raw(
      `GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${others}\r\n`,
    );
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer.includes('"code":"headers-too-large"')).toBe(status === 431);
  });

  it('that is not valid HTTP is answered with a problem', async () => {
    const answer = await raw('this is no HTTP\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
  });

  it('gets a request id, or keeps a valid one of the caller', async () => {
    const own = await gateway.api.get('/health/live').set('x-request-id', 'abc-1');
    expect(own.headers['x-request-id']).toBe('abc-1');
    const replaced = await gateway.api.get('/nowhere').set('x-request-id', 'a b"c');
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(replaced.body).toMatchObject({ requestId: replaced.headers['x-request-id'] });
  });

  it.each([
    ['GET', '', undefined],
    ['GET', '/status', undefined],
    ['GET', '/runs', undefined],
    ['GET', '/runs/1', undefined],
    ['POST', '/runs', {}],
    ['PATCH', '', { name: 'New' }],
    ['DELETE', '', undefined],
    ['POST', 'es', { name: 'New', sourceId: SOURCE_ID, destinationId: DESTINATION_ID }],
    ['GET', 'es', undefined],
  ] as [string, string, object | undefined][])(
    'passes its id and its trace to all upstream requests: %s /ingestion/…%s',
    async (method, path, body) => {
      const { connectionId } = upstream.state.addConnection();
      upstream.state.addJob({ connectionId, status: 'succeeded' });
      upstream.requests.length = 0;
      const own = {
        'x-request-id': 'abc-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      };
      await fetch(`${gateway.url}/ingestion${path === 'es' ? '' : `/${connectionId}${path}`}`, {
        method,
        headers: { ...own, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      expect(upstream.requests.length).toBeGreaterThan(0);
      for (const { headers } of upstream.requests) expect(headers).toMatchObject(own);
    },
  );

  it('for liveness is independent of Airbyte, and for readiness is not', async () => {
    const ready = await gateway.api.get('/health/ready').expect(200);
    expect(ready.body).toMatchObject({ status: 'ok' });
    expect(ready.body).not.toHaveProperty('warnings');
    await upstream.refuse();
    await gateway.api.get('/health/live').expect(200, { status: 'ok' });
    const down = await startGateway({ AIRBYTE_API_URL: upstream.url });
    const response = await down.api.get('/health/ready').expect(503);
    expect(response.body).toMatchObject({ code: 'not-ready' });
    await down.close();
    await upstream.listen();
  });

  it('for the docs and for the API description is served', async () => {
    await gateway.api.get('/docs').redirects(1).expect(200);
    const response = await gateway.api.get('/openapi.json').expect(200);
    expect(response.body).toMatchObject({ openapi: '3.1.0' });
  });
});
