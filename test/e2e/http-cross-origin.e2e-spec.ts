import { createHash } from 'node:crypto';
import { fetch, type Headers } from 'undici';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';

const APP = 'https://app.example.com';
const OTHER = 'https://app.example.com.evil.example';
const KEY = 'a key';
const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' };

describe('requests of scripts', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });
  afterAll(async () => {
    await upstream.close();
  });

  const open = async (settings: Record<string, string>): Promise<void> => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings });
  };
  /** Does not use the checked `fetch`, because the API description contains no preflights. */
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; allowed: string | null; headers: Headers }> => {
    const answer = await fetch(gateway.url + path, { method, headers });
    return {
      status: answer.status,
      allowed: answer.headers.get('access-control-allow-origin'),
      headers: answer.headers,
    };
  };

  it('are refused by default', async () => {
    await open({});
    const path = `/ingestion/${upstream.state.addConnection().connectionId}`;
    expect(await send('GET', path, { origin: APP })).toMatchObject({ status: 200, allowed: null });
    expect(await send('OPTIONS', '/ingestion', { origin: APP, ...PREFLIGHT })).toMatchObject({
      status: 405,
      allowed: null,
    });
  });

  describe('without a body, which browsers allow for any page,', () => {
    const runs = (): string => `/ingestion/${upstream.state.addConnection().connectionId}/runs`;

    it.each([
      [{ 'sec-fetch-site': 'cross-site', origin: OTHER }],
      [{ 'sec-fetch-site': 'same-site', origin: OTHER }],
      [{ origin: OTHER }],
      [{ origin: 'null' }],
    ])('change nothing: %j', async (headers) => {
      await open({});
      expect(await send('POST', runs(), headers)).toMatchObject({ status: 403 });
      expect(await send('DELETE', runs().replace('/runs', ''), headers)).toMatchObject({ status: 403 });
      expect(upstream.requests).toEqual([]);
    });

    it("are accepted from the gateway's own page, from configured origins, and without a browser", async () => {
      await open({ CORS_ORIGINS: APP });
      for (const headers of [
        { 'sec-fetch-site': 'same-origin', origin: gateway.url },
        { origin: gateway.url },
        { 'sec-fetch-site': 'cross-site', origin: APP },
        {},
      ]) {
        expect(await send('POST', runs(), headers)).toMatchObject({ status: 202 });
      }
    });
  });

  describe('from the origins in CORS_ORIGINS', () => {
    beforeEach(async () => {
      const sha256 = createHash('sha256').update(KEY).digest('hex');
      await open({
        CORS_ORIGINS: `http://localhost:5173, ${APP}`,
        API_KEYS: `a:ingestion:read:${sha256}`,
        RATE_LIMIT: '1',
      });
    });

    it('may send preflights without credentials and without a rate limit, and nothing is sent upstream', async () => {
      for (let i = 0; i < 3; i++) {
        const { status, allowed, headers } = await send('OPTIONS', '/ingestion', {
          origin: APP,
          ...PREFLIGHT,
        });
        expect([status, allowed]).toEqual([204, APP]);
        expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PATCH, DELETE');
        expect(headers.get('access-control-allow-headers')).toMatch(/idempotency-key.*x-api-key/);
        expect(headers.get('access-control-allow-credentials')).toBeNull();
        expect(headers.get('vary')).toContain('Origin');
      }
      expect(upstream.requests).toEqual([]);
    });

    it('may read answers, problems and the required headers', async () => {
      const path = `/ingestion/${upstream.state.addConnection().connectionId}`;
      const answers = [
        await send('GET', path, { origin: APP, 'x-api-key': KEY }),
        await send('GET', path, { origin: APP, 'x-api-key': KEY }),
        await send('GET', path, { origin: APP }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 429, 401]);
      for (const { allowed, headers } of answers) {
        expect(allowed).toBe(APP);
        expect(headers.get('access-control-expose-headers')).toMatch(/etag.*retry-after.*x-request-id/);
      }
    });

    it.each([OTHER, 'null', 'https://APP.example.com', 'http://app.example.com', '*'])(
      'are refused from another origin: %s',
      async (origin) => {
        const path = `/ingestion/${upstream.state.addConnection().connectionId}`;
        const asked = await send('GET', path, { origin, 'x-api-key': KEY });
        expect(asked).toMatchObject({ status: 200, allowed: null });
        expect(asked.headers.get('vary')).toContain('Origin');
        const before = await send('OPTIONS', '/ingestion', { origin, ...PREFLIGHT });
        expect(before).toMatchObject({ status: 405, allowed: null });
        expect(before.headers.get('allow')).toBe('GET, HEAD, POST');
      },
    );

    it('get a 404 for an unknown path', async () => {
      expect(await send('GET', '/nowhere', { origin: APP })).toMatchObject({ status: 404, allowed: APP });
    });
  });
});
