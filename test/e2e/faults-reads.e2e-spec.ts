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

describe('a read that fails once', () => {
  it.each<[string, Reply]>([
    ['429', json(429, { message: 'You are being rate limited.' })],
    ['429 with Retry-After', json(429, {}, { 'retry-after': '0' })],
    ['500', errorId(500)],
    ['502', html(502)],
    ['503', problem(503, 'starting')],
    ['504', html(504)],
    ['a reset', fault('reset')],
    ['a cut-off body', fault('truncate')],
    ['half a body and then silence', fault('stall')],
    ['silence', fault('hang')],
  ])('by %s is answered right', async (_, reply) => {
    const id = existing();
    once(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { connectionId: id } });
    expect(faults.upstream.count(READ)).toBe(2);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });

  it('by a refused connection is answered right', async () => {
    const id = existing();
    await faults.upstream.refuse();
    const pending = get(`/ingestion/${id}`);
    await new Promise((resolve) => setImmediate(resolve));
    await faults.upstream.listen();
    expect((await pending).status).toBe(200);
  });

  it('waits as long as Airbyte asks for, in seconds and as a date', async () => {
    await reopen({ AIRBYTE_TIMEOUT_MS: '5000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    for (const retryAfter of ['1', new Date(Date.now() + 3000).toUTCString()]) {
      once(READ, json(429, {}, { 'retry-after': retryAfter }));
      const answer = await get(`/ingestion/${id}`);
      expect(answer.status).toBe(200);
      expect(answer.elapsedMs).toBeGreaterThan(900);
    }
  });

  it('does not wait for longer than it has', async () => {
    const id = existing();
    always(READ, json(429, {}, { 'retry-after': '3600' }));
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBe(30);
    expect(faults.upstream.count(READ)).toBe(1);
    expect(answer.ms).toBeLessThan(BUDGET_MS / 2);
  });
});

describe('a read that goes on failing', () => {
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
    ['halves of bodies', fault('stall'), 504, 'airbyte-timeout', NOTHING_SAID],
    ['silence', fault('hang'), 504, 'airbyte-timeout', NOTHING_SAID],
  ])('with %s is a problem, in time', async (_, reply, status, code, said) => {
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
    ['a web page', html()],
    ['another content type', plain(200, '{}')],
    ['an answer of another shape', json(200, { connectionId: 1 })],
    ['a list where there should be one', json(200, [])],
    ['no JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":' }],
    ['a redirection', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['a length that is too short', fault('short-length', json(200, { connectionId: 'x'.repeat(100) }))],
    ['what is no HTTP', fault('garbage')],
  ])('with %s is 502, named as a misbehaving upstream, and not asked again', async (_, reply) => {
    const id = existing();
    always(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(faults.upstream.count(READ)).toBe(1);
  });

  it('with a body of more than 16 MiB is 502, named as a misbehaving upstream, and not asked again', async () => {
    // 16 MiB take longer than the usual budget of a test while the machine is busy.
    await reopen({ AIRBYTE_TIMEOUT_MS: '30000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    always(READ, fault('flood'));
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect(faults.upstream.count(READ)).toBe(1);
  });

  it('answers late: the caller is not kept, and the late answer harms nobody', async () => {
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

describe('a read of what is not in sight', () => {
  it.each<[string, Reply]>([
    ['403', hateoas(403, 'Forbidden')],
    ['404', problem(404, null)],
  ])('%s is 404, which says absent or out of sight', async (_, reply) => {
    always(READ, reply);
    for (const path of ['', '/status', '/runs']) {
      const answer = await get(`/ingestion/${UNKNOWN_ID}${path}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'ingestion-not-found' } });
      expect(answer.body['detail']).toContain('credentials');
    }
  });
});
