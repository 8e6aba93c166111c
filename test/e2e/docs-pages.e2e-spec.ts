import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { PROBLEMS } from '../../src/api/problem/problem-catalogue';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';

interface Description {
  readonly openapi: string;
  readonly servers: readonly { url: string }[];
  readonly paths: Record<string, Record<string, { security: object[]; 'x-required-scope'?: string }>>;
  readonly components: { readonly securitySchemes?: object };
}

const JSON_NAMES = ['openapi.json', 'openapi-3.0.json'];
const NAMES = [...JSON_NAMES, 'openapi.yaml'];

describe('documentation and API descriptions', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let withCallers: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const hash = createHash('sha256').update('key').digest('hex');
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    withCallers = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      API_KEYS: `reader:ingestion:read:${hash}`,
      TRUSTED_PROXIES: '127.0.0.1',
    });
  });
  afterAll(async () => {
    await gateway.close();
    await withCallers.close();
    await upstream.close();
  });

  async function describedBy(of: TestGateway, name: string, headers = {}): Promise<Description> {
    const response = await of.api.get(`/${name}`).set(headers).expect(200);
    return response.body as Description;
  }

  const operationsOf = ({ paths }: Description): { security: object[]; 'x-required-scope'?: string }[] =>
    Object.values(paths).flatMap((item) => Object.values(item));

  /** Sends a request with another Host header. */
  function serverFor(host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      request(`${gateway.url}/openapi.json`, { headers: { host } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve(String((JSON.parse(text) as Description).servers[0]?.url));
        });
      })
        .on('error', reject)
        .end();
    });
  }

  it.each(JSON_NAMES)('%s is the committed description, with the address of this gateway', async (name) => {
    const committed = JSON.parse(readFileSync(name, 'utf8')) as Description;
    const served = await describedBy(withCallers, name);
    expect(served.servers).toEqual([expect.objectContaining({ url: withCallers.url })]);
    expect({ ...served, servers: committed.servers }).toEqual(committed);
  });

  it.each(JSON_NAMES)('%s requires no sign-in if no callers are configured', async (name) => {
    const served = await describedBy(gateway, name);
    expect(operationsOf(served).filter(({ security }) => security.length > 0)).toEqual([]);
    expect(JSON.stringify(served)).not.toContain('x-required-scope');
    expect(served.components.securitySchemes).toBeUndefined();
    const guarded = operationsOf(await describedBy(withCallers, name));
    expect(guarded.some(({ security }) => security.length > 0)).toBe(true);
  });

  it('contain the address of the request to a trusted proxy', async () => {
    const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'ingestion.example.com' };
    const behindProxy = await describedBy(withCallers, 'openapi.json', forwarded);
    expect(behindProxy.servers[0]?.url).toBe('https://ingestion.example.com');
    expect((await describedBy(gateway, 'openapi.json', forwarded)).servers[0]?.url).toBe(gateway.url);
  });

  it.each(['a"b', 'a b', 'a/b', "a'", '{', '', 'x'.repeat(300)])(
    'do not contain an invalid Host header: %j',
    async (host) => {
      const forwarded = { 'X-Forwarded-Host': host, 'X-Forwarded-Proto': `ht"tp` };
      const served = await describedBy(withCallers, 'openapi.json', forwarded);
      expect(served.servers[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    },
  );

  it.each(['localhost:3000', '127.0.0.1', '[::1]:3000'])('contain the Host header %s', async (host) => {
    expect(await serverFor(host)).toBe(`http://${host}`);
  });

  it.each([
    ...NAMES,
    'problems',
    'problems/conflict',
    'pages.css',
    'docs/',
    'docs/swagger-ui-init.js',
    'docs/swagger-ui.css',
  ])('/%s has an entity tag, answers 304 to it, and answers HEAD', async (name) => {
    const full = await gateway.api.get(`/${name}`).expect(200);
    const tag = full.headers['etag'] ?? '';
    expect(full.headers['cache-control']).toBe('public, no-cache');
    const again = await gateway.api.get(`/${name}`).set('If-None-Match', tag).expect(304);
    expect(again.text).toBe('');
    const head = await gateway.api.head(`/${name}`).expect(200);
    expect(head.headers).toMatchObject({
      etag: tag,
      'content-length': String(Buffer.byteLength(full.text)),
      'content-type': full.headers['content-type'],
    });
  });

  it('have another ETag for another address', async () => {
    const tags = await Promise.all(
      ['one.example.com', 'two.example.com'].map(async (host) => {
        const { headers } = await withCallers.api.get('/openapi.json').set('X-Forwarded-Host', host);
        return headers['etag'];
      }),
    );
    expect(new Set(tags).size).toBe(2);
  });

  it.each(Object.entries(PROBLEMS))('contain the page of the problem type %s', async (code, { title }) => {
    const page = await withCallers.api.get(`/problems/${code}`).expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain('href="../pages.css"');
    expect(page.text).toContain(`<h1>${code}</h1>`);
    expect(page.text).toContain(title.replaceAll("'", '&#39;'));
    expect(page.text).not.toMatch(/<script|<style|\.md"/);
  });

  it('contain a list of the problems, with a valid link to each', async () => {
    const index = await gateway.api.get('/problems').expect(200);
    const links = [...index.text.matchAll(/href="(\/[^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toHaveLength(Object.keys(PROBLEMS).length);
    for (const link of links) await gateway.api.get(link).expect(200);
  });

  it('contain the page of a problem that the gateway returned', async () => {
    const { body } = await gateway.api.get('/nowhere').expect(404);
    const { type } = body as { type: string };
    expect(type).toBe('/problems/route-not-found');
    await gateway.api
      .get(type)
      .expect(200)
      .expect('content-type', /^text\/html/);
  });

  it.each([
    '/problems/nothing',
    '/problems/..%2fREADME',
    '/problems/__proto__',
    '/problems/constructor',
    '/problems/a/b',
  ])('answers 404 where there is no problem: %s', async (path) => {
    const response = await gateway.api.get(path).expect(404);
    expect(response.body).toMatchObject({ code: 'route-not-found' });
  });

  it.each([
    'package.json',
    'README.md',
    'LICENSE',
    'index.html',
    'swagger-ui-bundle.js.map',
    'swagger-initializer.js',
  ])('serves no other file of the package behind the docs page: %s', async (name) => {
    await gateway.api.get(`/docs/${name}`).expect(404);
  });

  it('contain all files of the docs page', async () => {
    const page = await gateway.api.get('/docs').redirects(1).expect(200);
    const parts = [...page.text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, part = '']) => part);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) await gateway.api.get(`/docs/${part}`).expect(200);
  });
});
