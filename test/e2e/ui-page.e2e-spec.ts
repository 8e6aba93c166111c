import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';

/** All that a browser loads, compressed. */
const MAX_BYTES = 60_000;

const bench = gatewayBench();

describe('GET /ui', () => {
  const raw = (path: string, encoding = 'gzip'): ReturnType<typeof bench.api.get> =>
    bench.api.get(path).set('accept-encoding', encoding).expect(200);

  it('leads to the page, which names its files relative to itself', async () => {
    await bench.api.get('/ui').expect(302).expect('location', './ui/');
    const page = await bench.api
      .get('/ui/')
      .expect(200)
      .expect('content-type', /^text\/html/);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    expect(files).toEqual(['./icon.svg', './main.css', './main.js']);
    for (const file of files) await bench.api.get(`/ui/${file?.slice(2) ?? ''}`).expect(200);
  });

  it('allows no inline code, no evaluation and no other origin, and requires Trusted Types', async () => {
    const { headers } = await bench.api.get('/ui/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';base-uri 'none';" +
        "form-action 'none';frame-ancestors 'none';require-trusted-types-for 'script';trusted-types 'none'",
    );
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('has at most 60 kB in all, compressed', async () => {
    const sizes = await Promise.all(
      ['', 'main.js', 'main.css', 'icon.svg'].map(async (file) => {
        const response = await raw(`/ui/${file}`);
        return Number(response.headers['content-length']);
      }),
    );
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_BYTES);
  });

  it('is compressed only for those who take it', async () => {
    const [packed, plain] = await Promise.all([raw('/ui/main.js'), raw('/ui/main.js', 'identity')]);
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(packed.headers['etag']).not.toBe(plain.headers['etag']);
    expect(packed.text).toBe(plain.text);
    const built = readFileSync('dist/public/ui/main.js.gz');
    expect(gunzipSync(built).length).toBe(Number(plain.headers['content-length']));
  });

  it('is not served if UI is off', async () => {
    const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url, UI: 'off' });
    await gateway.api.get('/ui').expect(404);
    await gateway.api.get('/ui/main.js').expect(404);
    await gateway.close();
  });
});
