import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { KEYS } from '../support/api-keys';
import { startGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { signedBench } from '../support/signed-bench';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

/** Returns each operation of the API description that requires credentials, with ids filled in. */
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

const bench = signedBench();
const { as } = bench;

describe('a gateway with API_KEYS and an issuer', () => {
  it.each(operations())('requires credentials for %s %s', async (method, path) => {
    const signed = (key?: string): Promise<Response> =>
      fetch(bench.gateway.url + path, {
        method,
        ...(key !== undefined && { headers: { 'x-api-key': key } }),
      });
    const nobody = await signed();
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('content-type')).toContain('application/problem+json');
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="airbyte-ingestion-api"');
    expect(await nobody.json()).toMatchObject({ code: 'unauthenticated' });
    const stranger = await signed('stranger');
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(bench.upstream.requests).toEqual([]);
  });

  it.each(['/health/live', '/health/ready', '/openapi.json', '/docs/'])(
    'requires no credentials for %s',
    async (path) => {
      await bench.api.get(path).expect(200);
    },
  );

  it('requires the same credentials for HEAD as for GET', async () => {
    const head = request(`${bench.gateway.url}/ingestion/some-id/status`, { method: 'HEAD' }).end();
    const [answer] = (await once(head, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(401);
    answer.resume();
  });

  it('takes an API key in X-API-Key or as a bearer token', async () => {
    await as(KEYS.writer, 'post', '/ingestion').send(ORDERS).expect(201);
    await bench.api.post('/ingestion').auth(KEYS.writer, { type: 'bearer' }).send(ORDERS).expect(201);
  });

  it('refuses a caller without the scope and names the missing one', async () => {
    const refused = await as(KEYS.reader, 'post', '/ingestion').send(ORDERS).expect(403);
    expect(refused.body).toMatchObject({ code: 'not-permitted' });
    expect(refused.headers['www-authenticate']).toContain('scope="ingestion:write"');
    await as(KEYS.weak, 'get', '/ingestion/some-id/status').expect(403);
    expect(bench.upstream.requests).toEqual([]);
  });

  it('checks the credentials before it reads the body', async () => {
    const broken = bench.api.post('/ingestion').type('application/json').send('{"name":');
    await broken.expect(401);
  });

  it('accepts a token of the issuer with the scope and workspace in its claims', async () => {
    const token = await bench.issuer.token({ scope: 'ingestion:write', workspace: WORKSPACE_ID });
    await bench.api.post('/ingestion').auth(token, { type: 'bearer' }).send(ORDERS).expect(201);
    const reading = await bench.issuer.token({ scp: ['ingestion:read'], workspace: WORKSPACE_ID });
    await bench.api.post('/ingestion').auth(reading, { type: 'bearer' }).send(ORDERS).expect(403);
    const homeless = await bench.issuer.token({ scope: 'ingestion:write' });
    await bench.api.post('/ingestion').auth(homeless, { type: 'bearer' }).send(ORDERS).expect(403);
  });

  it('never repeats a credential in an answer', async () => {
    const answer = await as(`${KEYS.writer}x`, 'post', '/ingestion').send(ORDERS).expect(401);
    expect(JSON.stringify([answer.headers, answer.text])).not.toContain(KEYS.writer);
  });

  it('keeps the Idempotency-Keys of callers apart', async () => {
    const send = (key: string): ReturnType<typeof bench.api.post> =>
      as(key, 'post', '/ingestion').set('Idempotency-Key', 'same').send(ORDERS);
    await send(KEYS.writer).expect(201);
    expect((await send(KEYS.limited).expect(201)).headers).not.toHaveProperty('idempotency-replayed');
    expect((await send(KEYS.writer).expect(201)).headers['idempotency-replayed']).toBe('true');
    await send(KEYS.reader).expect(403);
    expect(bench.upstream.state.connections.size).toBe(2);
  });
});

describe('a gateway without configured callers', () => {
  it('accepts every caller, and runs without a rate limit if it is off', async () => {
    const upstream = await ScriptedUpstream.start();
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
    const response = await gateway.api.post('/ingestion').send(ORDERS).expect(201);
    expect(response.headers).not.toHaveProperty('ratelimit');
    await gateway.close();
    await upstream.close();
  });
});
