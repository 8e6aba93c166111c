import { startGateway, type TestGateway } from '../support/gateway';
import { GatewayProcess } from '../support/gateway-process';
import {
  DESTINATION_ID,
  errorId,
  fault,
  hateoas,
  html,
  json,
  plain,
  problem,
  type Reply,
  ScriptedUpstream,
  SOURCE_ID,
} from '../support/scripted-upstream';
import { until } from '../support/until';

const BUDGET_MS = 800;
const CREATE_BUDGET_MS = 1200;
/** Answers come within the budget; this is what a busy machine may add. */
const SLACK_MS = 600;
const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const READ = 'GET /connections/:id';
const LIST = 'GET /connections';
const CREATE = 'POST /connections';
const JOBS = 'GET /jobs';
const TOKEN = 'POST /applications/token';
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

type Outcome = Readonly<{
  status: number;
  headers: Record<string, string | undefined>;
  body: Record<string, unknown>;
  ms: number;
}>;

let upstream: ScriptedUpstream;
let gateway: TestGateway;

/** Each test has a gateway of its own: circuits remember. */
async function open(settings: Record<string, string> = {}): Promise<void> {
  gateway = await startGateway({
    AIRBYTE_API_URL: upstream.url,
    AIRBYTE_TIMEOUT_MS: String(BUDGET_MS),
    AIRBYTE_CREATE_TIMEOUT_MS: String(CREATE_BUDGET_MS),
    RATE_LIMIT: 'off',
    ...settings,
  });
}

/** Stops the gateway that `beforeEach` started and starts one with other settings. */
async function reopen(settings: Record<string, string>): Promise<void> {
  await gateway.close();
  await open(settings);
}

async function send(method: string, path: string, body?: object): Promise<Outcome> {
  const startedAt = performance.now();
  const response = await fetch(gateway.url + path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  const parsed = (text === '' ? {} : JSON.parse(text)) as Outcome['body'];
  if (response.status >= 400)
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  return { status: response.status, headers: Object.fromEntries(response.headers), body: parsed, ms };
}

const get = (path: string): Promise<Outcome> => send('GET', path);
const create = (body: object = ORDERS): Promise<Outcome> => send('POST', '/ingestion', body);
const always = (operation: string, reply: Reply): void => {
  upstream.on(operation, () => reply);
};
const once = (operation: string, reply: Reply): void => {
  upstream.on(operation, (_request, nth) => (nth === 1 ? reply : undefined));
};
const existing = (): string => upstream.state.addConnection().connectionId;

interface Latch {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function latch(): Latch {
  let release: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (release = resolve));
  return {
    opened,
    open: () => {
      release();
    },
  };
}

beforeAll(async () => {
  upstream = await ScriptedUpstream.start({ requireToken: true });
});
beforeEach(async () => {
  await open({ AIRBYTE_CLIENT_ID: 'gateway', AIRBYTE_CLIENT_SECRET: 'secret-of-the-gateway' });
});
afterEach(async () => {
  await gateway.close();
  await upstream.listen().catch(() => undefined);
  upstream.clear();
});
afterAll(async () => {
  await upstream.close();
});

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
    expect(upstream.count(READ)).toBe(2);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });

  it('by a refused connection is answered right', async () => {
    const id = existing();
    await upstream.refuse();
    const pending = get(`/ingestion/${id}`);
    await new Promise((resolve) => setImmediate(resolve));
    await upstream.listen();
    expect((await pending).status).toBe(200);
  });

  it('waits as long as Airbyte asks for, in seconds and as a date', async () => {
    await reopen({ AIRBYTE_TIMEOUT_MS: '5000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const id = existing();
    for (const retryAfter of ['1', new Date(Date.now() + 3000).toUTCString()]) {
      once(READ, json(429, {}, { 'retry-after': retryAfter }));
      const answer = await get(`/ingestion/${id}`);
      expect(answer.status).toBe(200);
      expect(answer.ms).toBeGreaterThan(900);
    }
  });

  it('does not wait for longer than it has', async () => {
    const id = existing();
    always(READ, json(429, {}, { 'retry-after': '3600' }));
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBe(30);
    expect(upstream.count(READ)).toBe(1);
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
    expect(upstream.count(READ)).toBeGreaterThan(1);
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
  });

  it.each<[string, Reply]>([
    ['a web page', html()],
    ['another content type', plain(200, '{}')],
    ['an answer of another shape', json(200, { connectionId: 1 })],
    ['a list where there should be one', json(200, [])],
    ['no JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":' }],
    ['a redirection', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['a body of more than 16 MiB', fault('flood')],
    ['a length that is too short', fault('short-length', json(200, { connectionId: 'x'.repeat(100) }))],
    ['what is no HTTP', fault('garbage')],
  ])('with %s is 502, named as a misbehaving upstream, and not asked again', async (_, reply) => {
    const id = existing();
    always(READ, reply);
    const answer = await get(`/ingestion/${id}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(upstream.count(READ)).toBe(1);
  });

  it('answers late: the caller is not kept, and the late answer harms nobody', async () => {
    const [slow, fast] = [existing(), existing()];
    const late = latch();
    upstream.on(READ, async ({ id }) => {
      if (id === slow) await late.opened;
      return undefined;
    });
    expect(await get(`/ingestion/${slow}`)).toMatchObject({ status: 504, body: { code: 'airbyte-timeout' } });
    late.open();
    await upstream.idle();
    expect(await get(`/ingestion/${fast}`)).toMatchObject({ status: 200, body: { connectionId: fast } });
  });
});

describe('one budget for one request, however many calls it takes', () => {
  const WHOLE_MS = 1500;
  /** Answers after half of the budget: in time alone, but not twice in a row. */
  const slowly = (operation: string, reply?: Reply): void => {
    upstream.on(operation, async () => {
      await new Promise((resolve) => setTimeout(resolve, WHOLE_MS * 0.5));
      return reply;
    });
  };

  it('reads, starts, changes and deletions', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: String(WHOLE_MS),
      AIRBYTE_MAX_CONCURRENCY: '30',
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    slowly(READ);
    for (const then of [
      JOBS,
      'POST /jobs',
      'PATCH /connections/:id',
      'DELETE /connections/:id',
      'GET /jobs/:id',
    ])
      always(then, fault('hang'));
    const path = `/ingestion/${existing()}`;
    const answers = await Promise.all([
      get(`${path}/status`),
      get(`${path}/runs`),
      get(`${path}/runs/1`),
      send('POST', `${path}/runs`, {}),
      send('POST', `${path}/runs/1/cancel`),
      send('PATCH', path, { name: 'New' }),
      send('DELETE', path),
    ]);
    for (const { status, ms } of answers) {
      expect(status).toBe(504);
      expect(ms).toBeLessThan(WHOLE_MS + SLACK_MS);
    }
  });

  it('a creation whose ids have to be looked at: what Airbyte said of it outweighs that they cannot be', async () => {
    await reopen({ AIRBYTE_CREATE_TIMEOUT_MS: String(WHOLE_MS), AIRBYTE_TOKEN: tokenOf('fixed') });
    slowly(CREATE, problem(500, 'Something went wrong in the connector.'));
    always('GET /sources/:id', fault('hang'));
    const answer = await create();
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-failed' } });
    expect(answer.body['detail']).toContain('in the connector');
    expect(answer.ms).toBeLessThan(WHOLE_MS + SLACK_MS);
  });

  it('many statuses, each with its problem in its place', async () => {
    const ids = Array.from({ length: 30 }, existing);
    always(READ, fault('hang'));
    const answer = await send('POST', '/ingestion/status/batch', { ids });
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    const results = answer.body['results'] as { problem: { code: string } | null }[];
    expect(results).toHaveLength(30);
    for (const { problem: told } of results) expect(told?.code).toMatch(/^airbyte-(timeout|unavailable)$/);
  });
});

describe('a creation', () => {
  const lose = (kind: NonNullable<Reply['fault']>): void => {
    upstream.on(CREATE, (request) => fault(kind, upstream.act(request)));
  };

  it.each(['reset', 'hang', 'truncate', 'stall', 'short-length'] as const)(
    'whose answer is lost (%s) is found and answered, not sent again',
    async (kind) => {
      lose(kind);
      const answer = await create();
      const [row] = upstream.state.connections.values();
      expect(answer).toMatchObject({ status: 201, body: { connectionId: row?.connectionId } });
      expect(answer.headers['location']).toBe(`/ingestion/${row?.connectionId ?? ''}/status`);
      expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
      expect([upstream.count(CREATE), upstream.state.connections.size]).toEqual([1, 1]);
    },
  );

  it('that Airbyte finishes after it was given up is found', async () => {
    const held = latch();
    upstream.on(CREATE, async () => {
      await held.opened;
      return undefined;
    });
    upstream.on(LIST, (_request, nth) => {
      if (nth === 1) held.open();
      return undefined;
    });
    expect((await create()).status).toBe(201);
    expect([upstream.count(CREATE), upstream.state.connections.size]).toEqual([1, 1]);
  });

  it.each<[string, Reply]>([
    ['is dropped', fault('reset')],
    ['is never answered', fault('hang')],
    ['is given up by a proxy', html(504)],
    ['is answered in a shape of its own', json(200, { ok: true })],
  ])('that %s and is not found is 504: unknown, and how to find it', async (_, reply) => {
    always(CREATE, reply);
    const answer = await create();
    expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    expect(answer.body['detail']).toContain('name, source and destination');
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
    expect(upstream.count(CREATE)).toBe(1);
    expect(upstream.count(LIST)).toBeGreaterThan(0);
  });

  it('that fails with 500 is not repeated, and the connector has its say', async () => {
    always(CREATE, problem(500, 'Something went wrong in the connector.'));
    const answer = await create();
    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'airbyte-failed', detail: 'Something went wrong in the connector.' },
    });
    expect([upstream.count(CREATE), upstream.count(LIST)]).toEqual([1, 0]);
  });

  it('is repeated after a 429, which is an answer', async () => {
    once(CREATE, json(429, { message: 'You are being rate limited.' }));
    expect((await create()).status).toBe(201);
    expect([upstream.count(CREATE), upstream.state.connections.size]).toEqual([2, 1]);
  });

  it('is 503 with Retry-After when 429 outlasts the budget', async () => {
    always(CREATE, json(429, { message: 'You are being rate limited.' }));
    const answer = await create();
    expect(answer).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
  });

  it('that was refused before anything was sent is tried again', async () => {
    await get(`/ingestion/${UNKNOWN_ID}`);
    await upstream.refuse();
    const pending = create();
    await new Promise((resolve) => setImmediate(resolve));
    await upstream.listen();
    expect((await pending).status).toBe(201);
    expect([upstream.count(CREATE), upstream.state.connections.size]).toEqual([1, 1]);
  });

  it.each([
    [['sourceId'], { ...ORDERS, sourceId: UNKNOWN_ID }],
    [['destinationId'], { ...ORDERS, destinationId: UNKNOWN_ID }],
    [['sourceId', 'destinationId'], { ...ORDERS, sourceId: UNKNOWN_ID, destinationId: UNKNOWN_ID }],
  ])('that names what Airbyte does not know is 422 and says so of %p', async (fields, body) => {
    const answer = await create(body);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'reference-not-found', errors: fields.map((field) => ({ field })) },
    });
  });

  it.each<[string, Reply, number, string, string]>([
    ['400', problem(400, 'Not today.'), 422, 'rejected-by-airbyte', 'Not today.'],
    ['400 of the framework', hateoas(400, 'name: too odd'), 422, 'rejected-by-airbyte', 'name: too odd'],
    ['422', problem(422, 'Cannot be mapped.'), 422, 'rejected-by-airbyte', 'Cannot be mapped.'],
    ['409', problem(409, 'It is locked.'), 409, 'conflict', 'It is locked.'],
  ])('that is refused with %s is told in the words of Airbyte', async (_, reply, status, code, detail) => {
    always(CREATE, reply);
    expect(await create()).toMatchObject({ status, body: { code, detail } });
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('with an errorId alone passes it on', async () => {
    always(CREATE, errorId(422));
    const answer = await create();
    expect(answer).toMatchObject({
      status: 422,
      body: { upstream: { status: 422, errorId: expect.any(String) } },
    });
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

describe('credentials', () => {
  it('are fetched anew when Airbyte has restarted and forgotten them', async () => {
    const id = existing();
    await get(`/ingestion/${id}`);
    upstream.forgetTokens();
    expect((await get(`/ingestion/${id}`)).status).toBe(200);
    expect([upstream.count(TOKEN), upstream.count(READ)]).toEqual([2, 3]);
  });

  it('are fetched once for all who wait, also after a restart in the middle', async () => {
    const ids = Array.from({ length: 20 }, existing);
    await Promise.all(ids.map((id) => get(`/ingestion/${id}`)));
    expect(upstream.count(TOKEN)).toBe(1);
    await upstream.refuse();
    upstream.forgetTokens();
    const pending = Promise.all(ids.slice(0, 4).map((id) => get(`/ingestion/${id}`)));
    await upstream.listen();
    for (const { status } of await pending) expect(status).toBe(200);
    expect(upstream.count(TOKEN)).toBe(2);
  });

  it('that a fresh token does not mend are 502: not the fault of the caller', async () => {
    always(READ, hateoas(401, 'Unauthorized'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect([upstream.count(TOKEN), upstream.count(READ)]).toEqual([2, 2]);
  });

  it.each([401, 403, 400])('that are refused with %p are 502, for reads and creations', async (status) => {
    always(TOKEN, hateoas(status, 'Unauthorized'));
    for (const answer of [await get(`/ingestion/${UNKNOWN_ID}`), await create()])
      expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
    expect(upstream.count('*')).toBe(upstream.count(TOKEN));
  });

  it('that cannot be fetched in time are 504', async () => {
    always(TOKEN, fault('hang'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 504, body: { code: 'airbyte-timeout' } });
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });
});

describe('a dead upstream', () => {
  it('is told at once, with Retry-After, and asked again within seconds', async () => {
    const id = existing();
    await upstream.refuse();
    const refused = await until('the circuit to open', async () => {
      const answer = await get(`/ingestion/${id}`);
      expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
      expect(answer.body['code']).toMatch(/^airbyte-unrea|^airbyte-unavail/);
      return answer.status === 503 && answer;
    });
    expect(refused.ms).toBeLessThan(BUDGET_MS / 2);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const created = await create();
    expect(created.status).toBe(503);
    expect(created.ms).toBeLessThan(BUDGET_MS / 2);

    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    const readiness = await get('/health/ready');
    expect(readiness).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    expect(readiness.body['detail']).toContain('cannot be reached');

    await upstream.listen();
    const backAt = performance.now();
    await until('it to be whole again', async () => (await get(`/ingestion/${id}`)).status === 200);
    expect(performance.now() - backAt).toBeLessThan(5_000);
    expect((await create()).status).toBe(201);
    expect(upstream.state.connections.size).toBe(2);
  });

  it('that hangs opens the circuit too, and answers end it', async () => {
    const id = existing();
    always('*', fault('hang'));
    await until('the circuit to open', async () => {
      const { status, ms } = await get(`/ingestion/${id}`);
      return status === 503 && ms < BUDGET_MS / 2;
    });
    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    upstream.on('*', () => undefined);
    await until('it to be whole again', async () => (await get(`/ingestion/${id}`)).status === 200, 6_000);
  });
});

describe('turns', () => {
  it('slow creations do not starve reads, and calls upstream are capped', async () => {
    await reopen({
      AIRBYTE_TIMEOUT_MS: '2000',
      AIRBYTE_CREATE_TIMEOUT_MS: '20000',
      AIRBYTE_TOKEN: tokenOf('fixed'),
    });
    const held = latch();
    upstream.on(CREATE, async () => {
      await held.opened;
      return undefined;
    });
    const creations = Array.from({ length: 8 }, (_, i) => create({ ...ORDERS, name: `Slow ${i}` }));
    await upstream.seen(CREATE, 2);
    const reads = await Promise.all(Array.from({ length: 40 }, () => get(`/ingestion/${existing()}`)));
    for (const { status, ms } of reads) {
      expect(status).toBe(200);
      expect(ms).toBeLessThan(1500);
    }
    expect(upstream.count(CREATE)).toBe(2);
    held.open();
    for (const { status } of await Promise.all(creations)) expect(status).toBe(201);
    expect(upstream.peaks.get(CREATE)).toBe(2);
    expect(upstream.peaks.get('*')).toBeLessThanOrEqual(4);
  });

  it('a full queue is 503 at once, and who waits is served', async () => {
    const limits = { AIRBYTE_MAX_CONCURRENCY: '1', AIRBYTE_MAX_CREATES: '1', AIRBYTE_MAX_QUEUE: '2' };
    await reopen({ ...limits, AIRBYTE_TIMEOUT_MS: '20000', AIRBYTE_TOKEN: tokenOf('fixed') });
    const ids = Array.from({ length: 3 }, existing);
    const held = latch();
    upstream.on(READ, async () => {
      await held.opened;
      return undefined;
    });
    const waiting = ids.map((id) => get(`/ingestion/${id}`));
    await upstream.seen(READ);
    const full = await until('the queue to be full', async () => {
      const answers = await Promise.race([create(), Promise.race(waiting)]);
      return answers.status === 503 && answers;
    });
    expect(full).toMatchObject({ body: { code: 'airbyte-unavailable' } });
    expect(full.body['detail']).toContain('waiting');
    expect(full.headers['retry-after']).toBe('1');
    expect(full.ms).toBeLessThan(2_000);
    expect((await get('/health/live')).status).toBe(200);
    held.open();
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
    expect(upstream.count(CREATE)).toBe(0);
  });
});

describe('secrets', () => {
  /** Each is found nowhere else, so that one look tells. */
  const CLIENT_SECRET = 'hunter2-client-secret';
  const IN_BODY = 'sentinel-of-a-body';
  const CALLERS_TOKEN = 'sentinel-of-a-caller';

  it('no credential, token or body is in a log or an answer, whatever goes wrong', async () => {
    const process = await GatewayProcess.start({
      AIRBYTE_API_URL: upstream.url,
      AIRBYTE_CLIENT_ID: 'client-of-the-log-test',
      AIRBYTE_CLIENT_SECRET: CLIENT_SECRET,
      AIRBYTE_TIMEOUT_MS: '400',
      AIRBYTE_CREATE_TIMEOUT_MS: '700',
      LOG_LEVEL: 'trace',
    });
    const id = existing();
    const said: string[] = [];
    const call = async (method: string, path: string, body?: object): Promise<void> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${CALLERS_TOKEN}` };
      const response = await fetch(process.url + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      said.push(await response.text());
    };
    const secret = { password: IN_BODY };
    const replies = [
      undefined,
      ...(['reset', 'hang', 'truncate', 'stall', 'garbage', 'flood'] as const).map((kind) => fault(kind)),
      ...[400, 401, 403, 404, 409, 422, 429, 500, 502, 503].map((status) => json(status, { data: secret })),
      html(),
      json(200, secret),
      json(200, secret, { 'content-type': 'text/plain', 'set-cookie': IN_BODY }),
    ];
    for (const reply of replies) {
      for (const operation of [READ, CREATE, TOKEN]) {
        upstream.on(operation, () => (operation === TOKEN && reply?.status === 200 ? undefined : reply));
        if (operation === TOKEN) upstream.forgetTokens();
        await call('GET', `/ingestion/${id}?secret=${IN_BODY}`);
        await call('POST', '/ingestion', { ...ORDERS, name: IN_BODY, schedule: null });
        upstream.on(operation, () => undefined);
      }
    }
    await call('POST', '/ingestion', { ...ORDERS, [IN_BODY]: 1, name: '' });
    await process.kill('SIGTERM');
    const tokens = upstream.requests.map(({ headers }) => headers['authorization'] ?? 'none');
    expect(new Set(tokens).size).toBeGreaterThan(2);
    const secrets = [
      CLIENT_SECRET,
      CALLERS_TOKEN,
      ...tokens.map((token) => String(token).replace('Bearer ', '')),
    ];
    expect(process.output).toContain('"request"');
    for (const token of secrets.filter((token) => token !== 'none')) {
      expect(process.output).not.toContain(token);
      expect(said.join('')).not.toContain(token);
    }
    expect(process.output).not.toContain(IN_BODY);
  });
});

/** A token that this upstream accepts. */
function tokenOf(text: string): string {
  upstream.state.tokens.add(text);
  return text;
}
