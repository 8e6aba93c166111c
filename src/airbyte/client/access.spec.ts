import { once } from 'node:events';
import { inspect } from 'node:util';
import { errorId, fault, hateoas, json, problem } from '../../../test/support/scripted-upstream';
import { clientBench, creation, errorOf } from '../../../test/support/upstream-client';

const GET = 'GET /connections/:id';
const HOUR_MS = 3_600_000;

const bench = clientBench();

describe('signing in', () => {
  const TOKEN = 'POST /applications/token';
  const CREDENTIALS = { kind: 'client', clientId: 'id-1', clientSecret: 'top-secret' } as const;

  const bench = clientBench({ requireToken: true });

  it('happens once for all waiting calls, as JSON, with both names of the grant type', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith({ credentials: CREDENTIALS });
    await Promise.all(Array.from({ length: 20 }, () => client.getConnection(connectionId)));
    expect(bench.upstream.count(TOKEN)).toBe(1);
    expect(bench.upstream.count(GET)).toBe(20);
    const [request] = bench.upstream.of(TOKEN);
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.body).toEqual({
      client_id: 'id-1',
      client_secret: 'top-secret',
      'grant-type': 'client_credentials',
      grant_type: 'client_credentials',
    });
  });

  it('happens again once after Airbyte lost its tokens, and each call is repeated once', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith({ credentials: CREDENTIALS });
    await client.getConnection(connectionId);
    bench.upstream.forgetTokens();
    await Promise.all([1, 2, 3].map(() => client.getConnection(connectionId)));
    expect(bench.upstream.count(TOKEN)).toBe(2);
    expect(bench.upstream.count(GET)).toBeLessThanOrEqual(1 + 3 + 3);
  });

  it('happens again for a creation that was refused with 401', async () => {
    const client = bench.clientWith({ credentials: CREDENTIALS });
    await client.listConnections();
    bench.upstream.forgetTokens();
    await client.createConnection(creation());
    expect(bench.upstream.state.connections.size).toBe(1);
    expect(bench.upstream.count('POST /connections')).toBe(2);
  });

  it('is repeated once, and the call once, before a 401 is reported', async () => {
    bench.upstream.on(GET, () => hateoas(401, 'Unauthorized'));
    const error = await errorOf(bench.clientWith({ credentials: CREDENTIALS }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(bench.upstream.count(TOKEN)).toBe(2);
    expect(bench.upstream.count(GET)).toBe(2);
  });

  it.each([400, 401, 403])(
    'refused with %i is reported as unauthorized and not sent, without a credential',
    async (status) => {
      bench.upstream.on(TOKEN, () => hateoas(status, 'Unauthorized'));
      const error = await errorOf(
        bench.clientWith({ credentials: CREDENTIALS }).createConnection(creation()),
      );
      expect(error).toMatchObject({
        kind: 'unauthorized',
        operation: 'signIn',
        sent: false,
        outcomeUnknown: false,
      });
      expect(bench.upstream.requests).toHaveLength(1);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/top-secret|Bearer/);
    },
  );

  it('answered with 404 is not reported as a missing connection', async () => {
    bench.upstream.on(TOKEN, () => problem(404, 'nope'));
    const error = await errorOf(bench.clientWith({ credentials: CREDENTIALS }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'misbehaving', operation: 'signIn' });
  });

  it.each([
    ['500', errorId(500)],
    ['reset', fault('reset')],
  ] as const)('is repeated after %s, and a creation continues', async (_name, reply) => {
    bench.first(TOKEN, reply);
    await bench.clientWith({ credentials: CREDENTIALS }).createConnection(creation());
    expect(bench.upstream.count('POST /connections')).toBe(1);
  });

  it('without an answer is reported as a timeout and not sent', async () => {
    bench.upstream.on(TOKEN, () => fault('hang'));
    const error = await errorOf(
      bench.clientWith({ credentials: CREDENTIALS, timeoutMs: 200 }).getConnection('x'),
    );
    expect(error).toMatchObject({ kind: 'timeout', sent: false });
  });

  it.each([
    [{ kind: 'token', token: 't-1' }, 'Bearer t-1'],
    [{ kind: 'basic', username: 'u', password: 'p' }, 'Basic dTpw'],
    [{ kind: 'none' }, undefined],
  ] as const)('does not happen for %j, and a 401 is final', async (credentials, header) => {
    const error = await errorOf(bench.clientWith({ credentials }).getConnection('x'));
    expect(error.kind).toBe('unauthorized');
    expect(bench.upstream.requests.map((request) => request.headers['authorization'])).toEqual([header]);
  });

  it('does not disclose a token that Airbyte returns in a message', async () => {
    const token = 'opaque:of no form';
    const client = bench.clientWith({ credentials: { kind: 'token', token } });
    bench.upstream.on(GET, ({ headers }) =>
      json(400, { message: `not with ${String(headers['authorization'])}` }),
    );
    const error = await errorOf(client.getConnection('a'));
    expect(error.upstreamMessage).toBe('not with Bearer ***');
  });

  it('does not disclose a token in the error of a failed call', async () => {
    const client = bench.clientWith({ credentials: { kind: 'token', token: 'top-secret' }, timeoutMs: 250 });
    for (const kind of ['reset', 'hang', 'truncate', 'garbage', 'short-length'] as const) {
      bench.upstream.on(GET, () => fault(kind));
      const error = await errorOf(client.getConnection('x'));
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('top-secret');
    }
  });
});

describe('concurrency limits', () => {
  const CREATE = 'POST /connections';

  it('creations do not block reads, and reads overtake a waiting creation', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const gate = new AbortController();
    bench.upstream.on(CREATE, async (request) => {
      await once(gate.signal, 'abort');
      return bench.upstream.act(request);
    });
    bench.upstream.on(GET, async () => {
      await bench.upstream.seen(GET, 2);
      return undefined;
    });
    const client = bench.clientWith({ maxConcurrency: 4, maxCreates: 2 });
    const creations = ['a', 'b', 'c', 'd'].map((name) => client.createConnection(creation(name)));
    await bench.upstream.seen(CREATE, 2);
    await Promise.all(Array.from({ length: 20 }, () => client.getConnection(connectionId)));
    expect(bench.upstream.count(CREATE)).toBe(2);
    bench.upstream.on(CREATE, (request) => bench.upstream.act(request));
    gate.abort();
    await Promise.all(creations);
    expect(bench.upstream.peaks.get(CREATE)).toBe(2);
    expect(bench.upstream.peaks.get('*')).toBe(4);
  });

  it('a call is refused and not sent while the queue is full', async () => {
    const stop = new AbortController();
    bench.upstream.on(GET, () => fault('hang'));
    const client = bench.clientWith({ maxConcurrency: 1, maxQueue: 1, timeoutMs: HOUR_MS });
    const { signal } = stop;
    const held = errorOf(client.getConnection('a', { signal }));
    await bench.upstream.seen(GET);
    const queued = errorOf(client.getConnection('b', { signal }));
    const error = await errorOf(client.getConnection('c'));
    expect(error).toMatchObject({ kind: 'overloaded', sent: false });
    expect(bench.upstream.count(GET)).toBe(1);
    stop.abort();
    await Promise.all([held, queued]);
  });

  it('the time in the queue counts against the budget', async () => {
    bench.upstream.on(CREATE, () => fault('hang'));
    const client = bench.clientWith({ maxConcurrency: 1, maxCreates: 1, createTimeoutMs: HOUR_MS });
    const held = errorOf(client.createConnection(creation()));
    await bench.upstream.seen(CREATE);
    const error = await errorOf(client.getConnection('x', { deadlineAt: performance.now() + 100 }));
    expect(error).toMatchObject({ kind: 'timeout', sent: false });
    expect(bench.upstream.count(GET)).toBe(0);
    await client.onApplicationShutdown();
    await held;
  });

  it('an aborted call releases its slot, whether it waits or runs', async () => {
    bench.upstream.on(GET, () => fault('hang'));
    const client = bench.clientWith({ maxConcurrency: 1 });
    const stop = new AbortController();
    const running = errorOf(client.getConnection('a', { signal: stop.signal }));
    await bench.upstream.seen(GET);
    const waiting = errorOf(client.getConnection('b', { signal: stop.signal }));
    stop.abort();
    expect(await running).toMatchObject({ kind: 'timeout', sent: true });
    expect(await waiting).toMatchObject({ kind: 'timeout', sent: false });
    await bench.upstream.idle();
    expect([client.caller.gate.active, client.caller.gate.queued, bench.upstream.count(GET)]).toEqual([
      0, 0, 1,
    ]);
  });

  it('a call that is aborted between two attempts ends at once', async () => {
    bench.upstream.on(GET, () => json(429, {}, { 'retry-after': '3' }));
    const stop = new AbortController();
    const pending = errorOf(bench.clientWith().getConnection('a', { signal: stop.signal }));
    await bench.reported(() => true);
    stop.abort();
    expect(await pending).toMatchObject({ kind: 'rate_limited' });
    expect(bench.upstream.count(GET)).toBe(1);
  });
});

it('a shutdown aborts running calls at once, without retries and lookups', async () => {
  bench.upstream.on('*', () => fault('hang'));
  const client = bench.clientWith();
  const calls = [client.getConnection('x'), client.createConnection(creation())].map(errorOf);
  await bench.upstream.seen('*', 2);
  await client.onApplicationShutdown();
  const [read, create] = await Promise.all(calls);
  expect(read).toMatchObject({ kind: 'dropped', sent: true });
  expect(create).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
  expect(bench.upstream.requests).toHaveLength(2);
});
