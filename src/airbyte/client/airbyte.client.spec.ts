import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { inspect } from 'node:util';
import axios from 'axios';
import {
  errorId,
  fault,
  hateoas,
  html,
  json,
  plain,
  problem,
  type Reply,
  ScriptedUpstream,
} from '../../../test/support/scripted-upstream';
import type { AirbyteSettings } from '../../config/settings.types';
import type { AirbyteClient } from './airbyte.client';
import { AirbyteError } from './airbyte.errors';
import type { CallEvent } from './call.events';
import { createAirbyteClient } from './create.client';

const SETTINGS: Omit<AirbyteSettings, 'apiUrl'> = {
  credentials: { kind: 'none' },
  workspaceId: null,
  timeoutMs: 5_000,
  createTimeoutMs: 5_000,
  maxConcurrency: 4,
  maxCreates: 2,
  maxQueue: 100,
};
const GET = 'GET /connections/:id';
const LIST = 'GET /connections';

let upstream: ScriptedUpstream;
let events: CallEvent[];
const clients: AirbyteClient[] = [];

function clientWith(settings: Partial<AirbyteSettings> = {}): AirbyteClient {
  const whole = { ...SETTINGS, apiUrl: upstream.url, ...settings };
  const client = createAirbyteClient(whole, axios.create(), { onCall: (event) => events.push(event) });
  clients.push(client);
  return client;
}

/** The error that a call ends in. */
async function errorOf(call: Promise<unknown>): Promise<AirbyteError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AirbyteError)) throw new Error(`expected an AirbyteError, got ${String(error)}`);
  return error;
}

/** Answers the first requests of an operation with these, and the rest as usual. */
function first(operation: string, ...replies: Reply[]): void {
  upstream.on(operation, (_request, nth) => replies[nth - 1]);
}

beforeEach(async () => {
  upstream = await ScriptedUpstream.start();
  events = [];
});

afterEach(async () => {
  await upstream.close();
  await Promise.all(clients.splice(0).map((client) => client.onApplicationShutdown()));
});

describe('a read that fails once is repeated', () => {
  const faults: Record<string, Reply> = {
    '429': json(429, { message: 'You are being rate limited.' }),
    '429 with Retry-After in seconds': json(429, {}, { 'retry-after': '0' }),
    '429 with Retry-After as a date': json(429, {}, { 'retry-after': new Date(0).toUTCString() }),
    '429 with a malformed Retry-After': json(429, {}, { 'retry-after': 'soon' }),
    '500': errorId(500),
    '502 page of a proxy': html(502),
    '503': problem(503, 'service unavailable'),
    '504': html(504),
    reset: fault('reset'),
    'cut-off body': fault('truncate'),
  };

  it.each(Object.keys(faults))('%s', async (name) => {
    const { connectionId } = upstream.state.addConnection();
    first(GET, faults[name] ?? html());
    const connection = await clientWith().getConnection(connectionId);
    expect(connection.connectionId).toBe(connectionId);
    expect(upstream.count(GET)).toBe(2);
  });

  it('a first attempt that hangs, while there is time for another', async () => {
    const { connectionId } = upstream.state.addConnection();
    first(GET, fault('hang'));
    const connection = await clientWith({ timeoutMs: 500 }).getConnection(connectionId);
    expect(connection.connectionId).toBe(connectionId);
    expect(upstream.count(GET)).toBe(2);
  });

  it('a refused connection, as soon as somebody listens again', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith();
    await upstream.refuse();
    const pending = client.getConnection(connectionId);
    while (!events.some((event) => event.kind === 'unreachable')) await new Promise(setImmediate);
    await upstream.listen();
    expect((await pending).connectionId).toBe(connectionId);
    expect(upstream.count(GET)).toBe(1);
  });
});

describe('a read that fails for longer than the budget ends in time, with what Airbyte said', () => {
  it('500: the errorId, after three attempts and well before the budget ends', async () => {
    upstream.on(GET, () => errorId(500, 'abc'));
    const error = await errorOf(clientWith().getConnection('not-a-uuid'));
    expect(error).toMatchObject({
      kind: 'failed',
      status: 500,
      errorId: 'abc',
      sent: true,
      outcomeUnknown: false,
    });
    expect(upstream.count(GET)).toBe(3);
  });

  it('503: the message, even when later attempts hang', async () => {
    upstream.on(GET, (_request, nth) => (nth === 1 ? problem(503, 'starting') : fault('hang')));
    const started = Date.now();
    const error = await errorOf(clientWith({ timeoutMs: 400 }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'unavailable', status: 503, upstreamMessage: 'starting' });
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  it('429: the kind and how long to wait, without waiting longer than the budget', async () => {
    upstream.on(GET, () => json(429, { message: 'slow down' }, { 'retry-after': '20' }));
    const error = await errorOf(clientWith({ timeoutMs: 300 }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'rate_limited', retryAfterMs: 20_000, upstreamMessage: 'slow down' });
    expect(upstream.count(GET)).toBe(1);
  });

  it.each([
    ['hang', 'timeout'],
    ['stall', 'timeout'],
    ['reset', 'dropped'],
    ['truncate', 'dropped'],
  ] as const)('%s: %s', async (kind, expected) => {
    upstream.on(GET, () => fault(kind));
    const started = Date.now();
    const error = await errorOf(clientWith({ timeoutMs: 300 }).getConnection('x'));
    expect(error).toMatchObject({ kind: expected, sent: true });
    expect(Date.now() - started).toBeLessThan(900);
  });

  it('nobody listens: unreachable, nothing was sent', async () => {
    const client = clientWith({ timeoutMs: 300 });
    await upstream.refuse();
    expect(await errorOf(client.getConnection('x'))).toMatchObject({ kind: 'unreachable', sent: false });
  });

  it('a TLS handshake that fails: unreachable', async () => {
    const client = clientWith({ apiUrl: upstream.url.replace('http:', 'https:'), timeoutMs: 300 });
    expect(await errorOf(client.getConnection('x'))).toMatchObject({ kind: 'unreachable', sent: false });
  });

  it('an unknown host: unreachable', async () => {
    const client = clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1', timeoutMs: 300 });
    const error = await errorOf(client.getConnection('x'));
    expect(error.sent).toBe(false);
    expect(['unreachable', 'timeout']).toContain(error.kind);
  });
});

describe('what is no answer of Airbyte is misbehaving, and not asked for again', () => {
  const answers: Record<string, Reply> = {
    'the web page of a wrong address': html(200),
    'a web page that says not found': html(404),
    'a wrong content type': plain(200, '{"data":[]}'),
    'a body that is not JSON': {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"data":',
    },
    'a body cut by a wrong length': fault('short-length'),
    'an array instead of an object': json(200, []),
    'a list without data': json(200, { next: '' }),
    'a row without its id': json(200, { data: [{ name: 'x' }] }),
    'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    'more than 16 MiB': fault('flood'),
    'bytes that are not HTTP': fault('garbage'),
    'a body compressed unasked': json(200, { data: [] }, { 'content-encoding': 'gzip' }),
  };

  it.each(Object.keys(answers))('%s', async (name) => {
    upstream.on(LIST, () => answers[name]);
    expect(await errorOf(clientWith().listConnections())).toMatchObject({ kind: 'misbehaving' });
    expect(upstream.count(LIST)).toBe(1);
  });

  it('a web page in answer to a deletion', async () => {
    upstream.on('DELETE /connections/:id', () => html(200));
    const error = await errorOf(clientWith().deleteConnection('x'));
    expect(error).toMatchObject({ kind: 'misbehaving', outcomeUnknown: true });
  });

  it('a web page where the health check should be', async () => {
    upstream.on('GET /health', () => html(200));
    expect(await errorOf(clientWith().health())).toMatchObject({ kind: 'misbehaving' });
  });
});

describe("Airbyte's refusals keep their kind and message and are not repeated", () => {
  const refusals: [string, Reply, object][] = [
    [
      'a problem with a message',
      problem(400, 'No streams found'),
      { kind: 'bad_request', upstreamMessage: 'No streams found' },
    ],
    [
      'a problem about a cron expression',
      problem(400, null, { cronExpression: 'x', validationErrorMessage: 'Invalid cron expression' }),
      { kind: 'bad_request', upstreamMessage: 'Invalid cron expression' },
    ],
    [
      'a problem about a resource',
      problem(404, null, { resourceType: 'SOURCE_CONNECTION', resourceId: 's' }),
      { kind: 'not_found', resourceType: 'SOURCE_CONNECTION', resourceId: 's' },
    ],
    [
      'a problem whose data is null',
      problem(409, null),
      { kind: 'conflict', upstreamMessage: 'The request could not be handled.' },
    ],
    [
      'a bare errorId',
      errorId(422, 'e-1'),
      { kind: 'unprocessable', errorId: 'e-1', upstreamMessage: undefined },
    ],
    ['the HATEOAS form', hateoas(403, 'no access'), { kind: 'forbidden', upstreamMessage: 'no access' }],
    [
      'a plain message',
      json(418, { message: 'teapot' }),
      { kind: 'bad_request', status: 418, upstreamMessage: 'teapot' },
    ],
  ];

  it.each(refusals)('%s', async (_name, reply, expected) => {
    upstream.on('POST /connections', () => reply);
    const error = await errorOf(clientWith().createConnection(creation()));
    expect(error).toMatchObject({
      ...expected,
      operation: 'createConnection',
      sent: true,
      outcomeUnknown: false,
    });
    expect(upstream.count('POST /connections')).toBe(1);
    expect(error.upstreamDate).toBeInstanceOf(Date);
  });
});

function creation(name = 'Orders'): Parameters<AirbyteClient['createConnection']>[0] {
  return {
    name,
    sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
    destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
    status: 'active',
    schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
  };
}

describe('a creation is never made twice', () => {
  const CREATE = 'POST /connections';
  const lose = (kind: NonNullable<Reply['fault']>): void => {
    upstream.on(CREATE, (request) => fault(kind, upstream.act(request)));
  };

  it.each(['reset', 'truncate', 'stall', 'hang'] as const)(
    'its answer lost by %s: found and returned',
    async (kind) => {
      lose(kind);
      const connection = await clientWith({ createTimeoutMs: 600 }).createConnection(creation());
      expect([...upstream.state.connections.keys()]).toEqual([connection.connectionId]);
      expect(upstream.count(CREATE)).toBe(1);
    },
  );

  it("found by Airbyte's clock, which may be behind ours", async () => {
    upstream.state.clockAheadMs = -3_600_000;
    lose('reset');
    const connection = await clientWith().createConnection(creation());
    expect(upstream.state.connections.has(connection.connectionId)).toBe(true);
  });

  it('found although Airbyte finishes after the connection was cut', async () => {
    upstream.on(CREATE, () => fault('reset'));
    upstream.on(LIST, (_request, nth) => {
      if (nth === 2) upstream.state.addConnection(twin());
      return undefined;
    });
    const connection = await clientWith().createConnection(creation());
    expect(connection.name).toBe('Orders');
    expect(upstream.count(LIST)).toBe(2);
  });

  it('found behind the first hundred connections', async () => {
    for (let i = 0; i < 150; i++) upstream.state.addConnection({ name: `other ${i}` });
    lose('reset');
    expect((await clientWith().createConnection(creation())).name).toBe('Orders');
    expect(upstream.of(LIST).map((request) => request.query.get('offset'))).toEqual(['0', '100']);
  });

  it.each([
    ['a proxy gave up on it (504)', html(504), 'unavailable'],
    ['its good answer has another shape', json(200, { ok: true }), 'misbehaving'],
    ['it hangs', fault('hang'), 'timeout'],
    ['the connection drops', fault('reset'), 'timeout'],
  ] as const)('%s and nothing is found: the outcome is unknown', async (_name, reply, kind) => {
    upstream.on(CREATE, () => reply);
    const error = await errorOf(clientWith({ createTimeoutMs: 700 }).createConnection(creation()));
    expect(error).toMatchObject({ kind, sent: true, outcomeUnknown: true });
    expect(upstream.count(CREATE)).toBe(1);
    expect(upstream.count(LIST)).toBeGreaterThan(0);
  });

  it.each([
    ['an older twin', { createdAt: Math.floor(Date.now() / 1000) - 60 }],
    ['another name', { name: 'Other' }],
    ['another status', { status: 'inactive' }],
    ['another schedule', { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ? UTC' } }],
    ['another zone', { schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? Europe/Paris' } }],
  ])('%s is not taken for it', async (_name, difference) => {
    upstream.on(CREATE, () => fault('reset'));
    upstream.state.addConnection({ ...twin(), ...difference });
    const error = await errorOf(clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error.outcomeUnknown).toBe(true);
  });

  it('two that could be it: the outcome is unknown', async () => {
    upstream.state.addConnection(twin());
    lose('reset');
    const error = await errorOf(clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
  });

  it('a twin whose own creation was answered is not taken for it', async () => {
    const client = clientWith();
    const twinOfBefore = await client.createConnection(creation());
    lose('reset');
    const connection = await client.createConnection(creation());
    expect(connection.connectionId).not.toBe(twinOfBefore.connectionId);
  });

  it('500: not repeated, not looked for, with the message of the connector', async () => {
    upstream.on(CREATE, () => problem(500, 'Something went wrong in the connector. logs:bad password'));
    const error = await errorOf(clientWith().createConnection(creation()));
    expect(error).toMatchObject({ kind: 'failed', outcomeUnknown: false });
    expect(error.upstreamMessage).toContain('bad password');
    expect(upstream.requests).toHaveLength(1);
  });

  it("Airbyte's own 503: an answer, nothing to look for", async () => {
    upstream.on(CREATE, () => problem(503, 'starting'));
    const error = await errorOf(clientWith().createConnection(creation()));
    expect(error).toMatchObject({ kind: 'unavailable', outcomeUnknown: false });
    expect(upstream.requests).toHaveLength(1);
  });

  it('429: repeated, since it is an answer', async () => {
    first(CREATE, json(429, {}, { 'retry-after': '0' }));
    expect((await clientWith().createConnection(creation())).name).toBe('Orders');
    expect(upstream.count(CREATE)).toBe(2);
    expect(upstream.state.connections.size).toBe(1);
  });

  it('429 and then silence: in doubt, not rate limited', async () => {
    upstream.on(CREATE, (_request, nth) =>
      nth === 1 ? json(429, {}, { 'retry-after': '0' }) : fault('reset'),
    );
    const error = await errorOf(clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
    expect(upstream.count(CREATE)).toBe(2);
  });

  it('refused before anything was sent: repeated', async () => {
    const client = clientWith();
    await upstream.refuse();
    const pending = client.createConnection(creation());
    while (!events.some((event) => event.kind === 'unreachable')) await new Promise(setImmediate);
    await upstream.listen();
    expect((await pending).name).toBe('Orders');
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('reset on a socket that was used before: unknown, never sent again', async () => {
    const client = clientWith({ createTimeoutMs: 600 });
    await client.listConnections();
    upstream.on(CREATE, () => fault('reset'));
    const error = await errorOf(client.createConnection(creation()));
    expect(error).toMatchObject({ sent: true, outcomeUnknown: true });
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('whatever goes wrong: never two, none unheard of, and none where the caller was told so', async () => {
    const kinds = ['reset', 'truncate', 'stall', 'hang', 'short-length', 'garbage'] as const;
    const refusals = [
      json(429, {}, { 'retry-after': '0' }),
      errorId(500),
      problem(503, 'starting'),
      html(504),
    ];
    upstream.on('*', (request, nth) => {
      const dice = (nth * 7919) % 23;
      if (dice < 4) return refusals[dice];
      if (dice < 10) return fault(kinds[dice - 4] ?? 'reset');
      return dice < 14 ? fault(kinds[dice - 10] ?? 'reset', upstream.act(request)) : undefined;
    });
    const client = clientWith({ createTimeoutMs: 1_500, maxConcurrency: 16, maxCreates: 12 });
    const names = Array.from({ length: 60 }, (_, i) => `ingestion ${i}`);
    const outcomes = await Promise.allSettled(names.map((name) => client.createConnection(creation(name))));
    await upstream.idle();
    const made = [...upstream.state.connections.values()].map((row) => row.name);
    const wrong = names.filter((name, i) => {
      const count = made.filter((other) => other === name).length;
      const outcome = outcomes[i];
      if (outcome?.status === 'fulfilled') return count !== 1;
      const reason: unknown = outcome?.reason;
      const isUnknown = reason instanceof AirbyteError && reason.outcomeUnknown;
      return isUnknown ? count > 1 : count !== 0;
    });
    expect(wrong).toEqual([]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBeGreaterThan(20);
  });

  function twin(): Parameters<ScriptedUpstream['state']['addConnection']>[0] {
    return { name: 'Orders', schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' } };
  }
});

describe('other changes', () => {
  it.each(['reset', 'hang'] as const)(
    'starting a sync, the answer lost by %s: unknown, not repeated',
    async (kind) => {
      const { connectionId } = upstream.state.addConnection();
      upstream.on('POST /jobs', (request) => fault(kind, upstream.act(request)));
      const error = await errorOf(clientWith({ timeoutMs: 300 }).createJob(connectionId));
      expect(error).toMatchObject({ outcomeUnknown: true, sent: true });
      expect(upstream.state.jobs).toHaveLength(1);
    },
  );

  it('a sync that runs already: conflict with its message', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith();
    await client.createJob(connectionId);
    const error = await errorOf(client.createJob(connectionId));
    expect(error).toMatchObject({
      kind: 'conflict',
      upstreamMessage: `A sync is already running for: ${connectionId}`,
    });
  });

  it('cancelling answers 200 with the job', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith();
    const { jobId } = await client.createJob(connectionId);
    expect((await client.cancelJob(jobId)).status).toBe('cancelled');
  });

  it.each(['reset', 'truncate'] as const)(
    'a patch, the answer lost by %s: repeated, since it ends the same',
    async (kind) => {
      const { connectionId } = upstream.state.addConnection();
      first('PATCH /connections/:id', fault(kind));
      const connection = await clientWith().patchConnection(connectionId, { status: 'inactive' });
      expect(connection.status).toBe('inactive');
      expect(upstream.count('PATCH /connections/:id')).toBe(2);
    },
  );

  it('a deletion is answered 204, and the connection stays as deprecated', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith();
    await client.deleteConnection(connectionId);
    expect((await client.getConnection(connectionId)).status).toBe('deprecated');
  });
});

describe('signing in', () => {
  const TOKEN = 'POST /applications/token';
  const CREDENTIALS = { kind: 'client', clientId: 'id-1', clientSecret: 'top-secret' } as const;

  beforeEach(async () => {
    await upstream.close();
    upstream = await ScriptedUpstream.start({ requireToken: true });
  });

  it('once for all who wait, as JSON, with the grant under both names', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith({ credentials: CREDENTIALS });
    await Promise.all(Array.from({ length: 20 }, () => client.getConnection(connectionId)));
    expect(upstream.count(TOKEN)).toBe(1);
    expect(upstream.count(GET)).toBe(20);
    const [request] = upstream.of(TOKEN);
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.body).toEqual({
      client_id: 'id-1',
      client_secret: 'top-secret',
      'grant-type': 'client_credentials',
      grant_type: 'client_credentials',
    });
  });

  it('again when Airbyte has forgotten its tokens: one sign-in, and each call repeated once', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith({ credentials: CREDENTIALS });
    await client.getConnection(connectionId);
    upstream.forgetTokens();
    await Promise.all([1, 2, 3].map(() => client.getConnection(connectionId)));
    expect(upstream.count(TOKEN)).toBe(2);
    expect(upstream.count(GET)).toBeLessThanOrEqual(1 + 3 + 3);
  });

  it('again for a creation, which a 401 left undone', async () => {
    const client = clientWith({ credentials: CREDENTIALS });
    await client.listConnections();
    upstream.forgetTokens();
    await client.createConnection(creation());
    expect(upstream.state.connections.size).toBe(1);
    expect(upstream.count('POST /connections')).toBe(2);
  });

  it('in vain: unauthorized after one refresh and one repeat', async () => {
    upstream.on(GET, () => hateoas(401, 'Unauthorized'));
    const error = await errorOf(clientWith({ credentials: CREDENTIALS }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(upstream.count(TOKEN)).toBe(2);
    expect(upstream.count(GET)).toBe(2);
  });

  it.each([400, 401, 403])(
    'refused with %i: unauthorized, nothing sent, no credential in the error',
    async (status) => {
      upstream.on(TOKEN, () => hateoas(status, 'Unauthorized'));
      const error = await errorOf(clientWith({ credentials: CREDENTIALS }).createConnection(creation()));
      expect(error).toMatchObject({
        kind: 'unauthorized',
        operation: 'signIn',
        sent: false,
        outcomeUnknown: false,
      });
      expect(upstream.requests).toHaveLength(1);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/top-secret|Bearer/);
    },
  );

  it('a token address that does not exist is no missing connection', async () => {
    upstream.on(TOKEN, () => problem(404, 'nope'));
    const error = await errorOf(clientWith({ credentials: CREDENTIALS }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'misbehaving', operation: 'signIn' });
  });

  it.each([
    ['500', errorId(500)],
    ['reset', fault('reset')],
  ] as const)('failing once by %s: the call goes on, a creation too', async (_name, reply) => {
    first(TOKEN, reply);
    await clientWith({ credentials: CREDENTIALS }).createConnection(creation());
    expect(upstream.count('POST /connections')).toBe(1);
  });

  it('hanging: a timeout in time, nothing sent', async () => {
    upstream.on(TOKEN, () => fault('hang'));
    const error = await errorOf(clientWith({ credentials: CREDENTIALS, timeoutMs: 200 }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'timeout', sent: false });
  });

  it.each([
    [{ kind: 'token', token: 't-1' }, 'Bearer t-1'],
    [{ kind: 'basic', username: 'u', password: 'p' }, 'Basic dTpw'],
    [{ kind: 'none' }, undefined],
  ] as const)('%j needs none: a 401 is final', async (credentials, header) => {
    const error = await errorOf(clientWith({ credentials }).getConnection('x'));
    expect(error.kind).toBe('unauthorized');
    expect(upstream.requests.map((request) => request.headers['authorization'])).toEqual([header]);
  });

  it('no error shows a token, whatever went wrong', async () => {
    const client = clientWith({ credentials: { kind: 'token', token: 'top-secret' }, timeoutMs: 250 });
    for (const kind of ['reset', 'hang', 'truncate', 'garbage', 'short-length'] as const) {
      upstream.on(GET, () => fault(kind));
      const error = await errorOf(client.getConnection('x'));
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('top-secret');
    }
  });
});

describe('calls upstream are capped', () => {
  const CREATE = 'POST /connections';

  it('creations hold their share and starve no read; reads behind a waiting creation go ahead', async () => {
    const { connectionId } = upstream.state.addConnection();
    const gate = new AbortController();
    upstream.on(CREATE, async (request) => {
      await once(gate.signal, 'abort');
      return upstream.act(request);
    });
    upstream.on(GET, async () => {
      await upstream.seen(GET, 2);
      return undefined;
    });
    const client = clientWith({ maxConcurrency: 4, maxCreates: 2 });
    const creations = ['a', 'b', 'c', 'd'].map((name) => client.createConnection(creation(name)));
    await upstream.seen(CREATE, 2);
    await Promise.all(Array.from({ length: 20 }, () => client.getConnection(connectionId)));
    expect(upstream.count(CREATE)).toBe(2);
    upstream.on(CREATE, (request) => upstream.act(request));
    gate.abort();
    await Promise.all(creations);
    expect(upstream.peaks.get(CREATE)).toBe(2);
    expect(upstream.peaks.get('*')).toBe(4);
  });

  it('a full queue is refused at once, unsent', async () => {
    upstream.on(GET, () => fault('hang'));
    const client = clientWith({ maxConcurrency: 1, maxQueue: 1, timeoutMs: 400 });
    const held = errorOf(client.getConnection('a'));
    await upstream.seen(GET);
    const queued = errorOf(client.getConnection('b'));
    const error = await errorOf(client.getConnection('c'));
    expect(error).toMatchObject({ kind: 'overloaded', sent: false });
    expect(upstream.count(GET)).toBe(1);
    await Promise.all([held, queued]);
  });

  it('waiting is inside the budget', async () => {
    upstream.on(CREATE, () => fault('hang'));
    const client = clientWith({ maxConcurrency: 1, maxCreates: 1, createTimeoutMs: 300 });
    const held = errorOf(client.createConnection(creation()));
    await upstream.seen(CREATE);
    const error = await errorOf(client.getConnection('x', { deadlineAt: Date.now() + 100 }));
    expect(error).toMatchObject({ kind: 'timeout', sent: false });
    await held;
  });

  it('a caller who gives up while it waits or runs frees its place', async () => {
    upstream.on(GET, () => fault('hang'));
    const client = clientWith({ maxConcurrency: 1 });
    const stop = new AbortController();
    const running = errorOf(client.getConnection('a', { signal: stop.signal }));
    await upstream.seen(GET);
    const waiting = errorOf(client.getConnection('b', { signal: stop.signal }));
    stop.abort();
    expect(await running).toMatchObject({ kind: 'timeout', sent: true });
    expect(await waiting).toMatchObject({ kind: 'timeout', sent: false });
    await upstream.idle();
    expect([client.caller.gate.active, client.caller.gate.queued, upstream.count(GET)]).toEqual([0, 0, 1]);
  });

  it('a caller who gives up between two attempts is not kept waiting', async () => {
    upstream.on(GET, () => json(429, {}, { 'retry-after': '3' }));
    const stop = new AbortController();
    const pending = errorOf(clientWith().getConnection('a', { signal: stop.signal }));
    while (events.length === 0) await new Promise(setImmediate);
    stop.abort();
    expect(await pending).toMatchObject({ kind: 'rate_limited' });
    expect(upstream.count(GET)).toBe(1);
  });
});

describe('a dead Airbyte', () => {
  it('fails at once, is probed, and is whole again with the upstream', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith({ timeoutMs: 400 });
    await upstream.refuse();
    let error = await errorOf(client.getConnection(connectionId));
    for (let calls = 0; error.kind !== 'circuit_open' && calls < 10; calls++) {
      error = await errorOf(client.getConnection(connectionId));
    }
    expect(error).toMatchObject({ kind: 'circuit_open', sent: false });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    await upstream.listen();
    await client.health();
    expect((await client.getConnection(connectionId)).connectionId).toBe(connectionId);
  });

  it('a call that saw it fail waits for the probe if its budget allows', async () => {
    const { connectionId } = upstream.state.addConnection();
    const client = clientWith({ timeoutMs: 10_000 });
    await upstream.refuse();
    const pending = client.getConnection(connectionId);
    while (!client.caller.breaker.isOpen) await new Promise(setImmediate);
    await upstream.listen();
    expect((await pending).connectionId).toBe(connectionId);
  });

  it.each([
    ['500 for single ids', errorId(500)],
    ['404', problem(404, null)],
    ['403', hateoas(403, 'no')],
  ])('%s does not open the circuit', async (_name, reply) => {
    upstream.on(GET, () => reply);
    const client = clientWith({ timeoutMs: 150 });
    await Promise.all(Array.from({ length: 12 }, () => errorOf(client.getConnection('x'))));
    await client.listConnections();
    expect(client.caller.breaker.isOpen).toBe(false);
  });

  it('slow creations do not open the circuit', async () => {
    upstream.on('POST /connections', () => fault('hang'));
    const client = clientWith({ createTimeoutMs: 100, maxCreates: 8, maxConcurrency: 9 });
    await Promise.all(Array.from({ length: 8 }, () => errorOf(client.createConnection(creation()))));
    expect(client.caller.breaker.isOpen).toBe(false);
  });
});

describe('what is sent', () => {
  it('the request id and traceparent of the caller, unless they could not stand in a header', async () => {
    const client = clientWith();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await client.listConnections({}, { requestId: 'r-1', traceparent });
    await client.listConnections({}, { requestId: 'r-1\r\nx-evil: 1', traceparent: 'x\r\ny' });
    const [good, bad] = upstream.requests;
    expect(good?.headers).toMatchObject({ 'x-request-id': 'r-1', traceparent, accept: 'application/json' });
    expect(bad?.headers).not.toHaveProperty('x-request-id');
    expect(bad?.headers).not.toHaveProperty('traceparent');
    expect(bad?.headers).not.toHaveProperty('x-evil');
  });

  it.each(['../jobs', 'a/../../b', 'a?limit=1', 'a#b', 'a%2e%2e', 'é', ' ', 'a\r\nb'])(
    'an id such as %j stays one segment of the path',
    async (id) => {
      await errorOf(clientWith({ timeoutMs: 500 }).getConnection(id));
      expect(upstream.of(GET)[0]?.id).toBe(id);
      expect(upstream.count(GET)).toBe(upstream.requests.length);
    },
  );

  it.each(['', '.', '..'])('the id %j is not found without asking', async (id) => {
    expect(await errorOf(clientWith().getConnection(id))).toMatchObject({ kind: 'not_found', sent: false });
    expect(upstream.requests).toHaveLength(0);
  });

  it('jobs newest first, filters encoded', async () => {
    const { connectionId } = upstream.state.addConnection();
    for (let i = 0; i < 3; i++) upstream.state.addJob({ connectionId });
    const jobs = await clientWith().listJobs({ connectionId, status: 'succeeded', limit: 2 });
    expect(jobs.map((job) => job.jobId)).toEqual(['3', '2']);
    expect(Object.fromEntries(upstream.requests[0]?.query ?? [])).toEqual({
      connectionId,
      status: 'succeeded',
      limit: '2',
      orderBy: 'createdAt|DESC',
    });
  });

  it('lists limited to the workspace of the settings', async () => {
    upstream.state.addConnection();
    upstream.state.addConnection({ workspaceId: 'other' });
    const rows = await clientWith({ workspaceId: 'other' }).listConnections();
    expect(rows.map((row) => row.workspaceId)).toEqual(['other']);
  });

  it('no body, header or credential in the events of a call', async () => {
    first(LIST, errorId(500, 'e-9'));
    await clientWith({ credentials: { kind: 'token', token: 'top-secret' } }).listConnections(
      {},
      { requestId: 'r-2' },
    );
    expect(events).toEqual([
      expect.objectContaining({
        operation: 'listConnections',
        path: '/connections',
        attempt: 1,
        status: 500,
        kind: 'failed',
        errorId: 'e-9',
        requestId: 'r-2',
      }),
      expect.objectContaining({ operation: 'listConnections', attempt: 2, status: 200 }),
    ]);
    expect(JSON.stringify(events)).not.toContain('top-secret');
  });

  it("interceptors of the application's axios instance hold", async () => {
    const instance = axios.create();
    instance.interceptors.request.use((config) => {
      config.headers.set('x-from-interceptor', 'yes');
      return config;
    });
    const client = createAirbyteClient({ ...SETTINGS, apiUrl: upstream.url }, instance);
    clients.push(client);
    await client.listConnections();
    expect(upstream.requests[0]?.headers['x-from-interceptor']).toBe('yes');
  });
});

describe('a proxy named in the environment', () => {
  const variables = ['HTTP_PROXY', 'NO_PROXY'] as const;
  const before = variables.map((name) => process.env[name]);
  let proxy: Server;
  let tunnels: string[];

  beforeEach(async () => {
    tunnels = [];
    proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const target = connect(Number(new URL(upstream.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      for (const end of [socket, target]) end.on('error', () => end.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env['NO_PROXY'] = 'direct.invalid';
  });

  afterEach(() => {
    variables.forEach((name, i) => {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    });
    proxy.close();
  });

  it('is used', async () => {
    const rows = await clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1' }).listConnections();
    expect(rows).toEqual([]);
    expect(tunnels).toEqual(['airbyte.invalid:80']);
  });

  it('is not used for loopback, nor for what NO_PROXY names', async () => {
    await clientWith().listConnections();
    const direct = clientWith({ apiUrl: 'http://direct.invalid/api/public/v1', timeoutMs: 300 });
    expect(await errorOf(direct.listConnections())).toMatchObject({ sent: false });
    expect(tunnels).toEqual([]);
  });

  it('that cannot be reached is named as such: nothing was sent', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    const client = clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1', timeoutMs: 300 });
    expect(await errorOf(client.listConnections())).toMatchObject({ kind: 'unreachable', sent: false });
  });
});

describe('lists', () => {
  it('go by offset until a page is not full, and never follow next', async () => {
    for (let i = 0; i < 200; i++) upstream.state.addConnection();
    const rows = await clientWith().listAllConnections();
    expect(rows).toHaveLength(200);
    expect(upstream.of(LIST).map((request) => request.query.get('offset'))).toEqual(['0', '100', '200']);
  });

  it('end with an upstream that ignores the offset', async () => {
    for (let i = 0; i < 100; i++) upstream.state.addConnection();
    upstream.on(LIST, (request) => {
      request.query.set('offset', '0');
      return undefined;
    });
    expect(await clientWith().listAllConnections()).toHaveLength(100);
    expect(upstream.count(LIST)).toBe(2);
  });

  it('of jobs are fetched page by page, only as far as they are read', async () => {
    const { connectionId } = upstream.state.addConnection();
    for (let i = 0; i < 250; i++) upstream.state.addJob({ connectionId });
    for await (const job of clientWith().listAllJobs({ connectionId })) if (job.jobId === '120') break;
    expect(upstream.count('GET /jobs')).toBe(2);
  });

  it('of sources, destinations and workspaces leave configurations behind', async () => {
    const client = clientWith();
    const context = { deadlineAt: Date.now() + 5_000 };
    const [sources, destinations, workspaces] = [
      await client.listAllSources({}, context),
      await client.listAllDestinations({}, context),
      await client.listAllWorkspaces(context),
    ];
    expect([sources.length, destinations.length, workspaces.length]).toEqual([1, 1, 1]);
    expect(JSON.stringify([sources, destinations])).not.toContain('secret');
    const one = [
      await client.getSource(sources[0]?.sourceId ?? ''),
      await client.getDestination(destinations[0]?.destinationId ?? ''),
    ];
    expect(one).toEqual([sources[0], destinations[0]]);
    expect(await client.getWorkspace(workspaces[0]?.workspaceId ?? '')).toEqual(workspaces[0]);
  });
});

describe('answers', () => {
  it('keep every digit of a job id', async () => {
    const row =
      '{"jobId":9007199254740993,"connectionId":"c","status":"queued","jobType":"a-new-one","startTime":"2026-01-15T02:00Z"}';
    upstream.on('GET /jobs/:id', () => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: row,
    }));
    expect(await clientWith().getJob('9007199254740993')).toEqual({
      jobId: '9007199254740993',
      connectionId: 'c',
      status: 'queued',
      jobType: 'a-new-one',
      startTime: new Date('2026-01-15T02:00:00Z'),
      lastUpdatedAt: null,
      duration: null,
      rowsSynced: null,
      bytesSynced: null,
    });
  });

  it('read createdAt as seconds, streams, and a zone glued on', async () => {
    const { connectionId } = upstream.state.addConnection({
      createdAt: 1_768_472_000,
      status: 'locked',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' },
    });
    expect(await clientWith().getConnection(connectionId)).toMatchObject({
      createdAt: new Date('2026-01-15T10:13:20Z'),
      status: 'locked',
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' },
      streams: [{ name: 'orders', namespace: null, syncMode: 'full_refresh_overwrite' }],
    });
  });

  it('pollute no prototype', async () => {
    upstream.on(LIST, () => ({ ...json(200, {}), body: '{"data":[],"__proto__":{"polluted":1}}' }));
    await clientWith().listConnections();
    expect({}).not.toHaveProperty('polluted');
  });
});
