import { BUDGET_MS, faultBench, SLACK_MS, UNKNOWN_ID } from '../support/fault-bench';
import { latch } from '../support/latch';
import {
  errorId,
  fault,
  hateoas,
  html,
  json,
  plain,
  problem,
  type Reply,
} from '../support/scripted-upstream';

const READ = 'GET /connections/:id';

const faults = faultBench();
const { always, existing, get, once, reopen, tokenOf } = faults;

describe('a read', () => {
  it.each<[string, Reply]>([
    ['429', json(429, { message: 'You are being rate limited.' })],
    ['429 with Retry-After', json(429, {}, { 'retry-after': '0' })],
    ['500', errorId(500)],
    ['502', html(502)],
    ['503', problem(503, 'starting')],
    ['504', html(504)],
    ['a reset', fault('reset')],
    ['a cut-off body', fault('truncate')],
    ['half a body and no more', fault('stall')],
    ['no answer', fault('hang')],
  ])('is repeated after %s', async (_, reply) => {
    const id = existing();
    once(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { connectionId: id } });
    expect(faults.upstream.count(READ)).toBe(2);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });

  it('is repeated after a refused connection', async () => {
    const id = existing();
    await faults.upstream.refuse();
    const pending = get(`/ingestion/${id}`);
    await new Promise((resolve) => setImmediate(resolve));
    await faults.upstream.listen();
    expect((await pending).status).toBe(200);
  });

  it('is repeated after the delay of Retry-After, in seconds or as a date', async () => {
    await reopen({ AIRBYTE_TIMEOUT_MS: '5000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    for (const retryAfter of ['1', new Date(Date.now() + 3000).toUTCString()]) {
      once(READ, json(429, {}, { 'retry-after': retryAfter }));
      const answer = await get(`/ingestion/${id}`);
      expect(answer.status).toBe(200);
      expect(answer.elapsedMs).toBeGreaterThan(900);
    }
  });

  it('is not repeated if Retry-After is longer than the budget', async () => {
    // The gateway waits 30 s at most, whatever Airbyte asks for.
    await reopen({ AIRBYTE_TIMEOUT_MS: '29000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    always(READ, json(429, {}, { 'retry-after': '3600' }));
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBe(30);
    expect(faults.upstream.count(READ)).toBe(1);
  });
});

describe('a read that always fails', () => {
  const ERROR_ID = 'd1e2f3a4-0000-4000-8000-000000000001';
  const NOTHING_SAID = {};

  it.each<[string, Reply, number, string, object]>([
    [
      '429',
      json(429, { message: 'slow down' }),
      503,
      'airbyte-unavailable',
      { status: 429, message: 'slow down' },
    ],
    ['500 with an errorId', errorId(500), 502, 'airbyte-failed', { status: 500, errorId: ERROR_ID }],
    [
      '500 with a message',
      problem(500, 'No disk.'),
      502,
      'airbyte-failed',
      { status: 500, message: 'No disk.' },
    ],
    ['502', html(502), 503, 'airbyte-unavailable', { status: 502 }],
    ['503', problem(503, 'starting'), 503, 'airbyte-unavailable', { status: 503, message: 'starting' }],
    ['504', html(504), 503, 'airbyte-unavailable', { status: 504 }],
    ['resets', fault('reset'), 502, 'airbyte-unreachable', NOTHING_SAID],
    ['cut-off bodies', fault('truncate'), 502, 'airbyte-unreachable', NOTHING_SAID],
    ['incomplete bodies', fault('stall'), 504, 'airbyte-timeout', NOTHING_SAID],
    ['no answers', fault('hang'), 504, 'airbyte-timeout', NOTHING_SAID],
  ])('with %s is answered with a problem within the budget', async (_, reply, status, code, said) => {
    const id = existing();
    always(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({
      status,
      body: { status, code, ...(said !== NOTHING_SAID && { upstream: said }) },
    });
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(faults.upstream.count(READ)).toBeGreaterThan(1);
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
  });

  it.each<[string, Reply]>([
    ['an HTML page', html()],
    ['another content type', plain(200, '{}')],
    ['an unexpected body', json(200, { connectionId: 1 })],
    ['a list instead of an object', json(200, [])],
    ['invalid JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":' }],
    ['a redirection', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['a too small Content-Length', fault('short-length', json(200, { connectionId: 'x'.repeat(100) }))],
    ['bytes that are not HTTP', fault('garbage')],
  ])('with %s is answered with 502 airbyte-misbehaved and not repeated', async (_, reply) => {
    const id = existing();
    always(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(faults.upstream.count(READ)).toBe(1);
  });

  it('with a body of more than 16 MiB is answered with 502 airbyte-misbehaved and not repeated', async () => {
    // On a busy machine, 16 MiB can take longer than the default budget of these tests.
    await reopen({ AIRBYTE_TIMEOUT_MS: '30000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    always(READ, fault('flood'));
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect(faults.upstream.count(READ)).toBe(1);
  });

  it('with a late answer is answered with 504, and the late answer does not affect other reads', async () => {
    const [slow, fast] = [existing(), existing()];
    const late = latch();
    faults.upstream.on(READ, async ({ id }) => {
      if (id === slow) await late.opened;
      return undefined;
    });
    expect(await get(`/ingestion/${slow}`)).toMatchObject({ status: 504, body: { code: 'airbyte-timeout' } });
    late.open();
    await faults.upstream.idle();
    expect(await get(`/ingestion/${fast}`)).toMatchObject({ status: 200, body: { connectionId: fast } });
  });
});

describe('a read of an unknown or hidden ingestion', () => {
  it.each<[string, Reply]>([
    ['403', hateoas(403, 'Forbidden')],
    ['404', problem(404, null)],
  ])('is answered with 404, and the detail mentions the credentials: %s', async (_, reply) => {
    always(READ, reply);
    for (const path of ['', '/status', '/runs']) {
      const answer = await get(`/ingestion/${UNKNOWN_ID}${path}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'ingestion-not-found' } });
      expect(answer.body['detail']).toContain('credentials');
    }
  });
});
