import { gatewayBench } from '../support/gateway-bench';

const bench = gatewayBench();

describe('security headers', () => {
  it('are set on every answer', async () => {
    const { headers } = await bench.api.get('/health/live');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('allow only scripts of the gateway on the docs page', async () => {
    const page = await bench.api.get('/docs/').expect(200);
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
    await bench.api
      .get('/docs/swagger-ui-init.js')
      .expect(200)
      .expect('content-type', /javascript/);
  });
});
