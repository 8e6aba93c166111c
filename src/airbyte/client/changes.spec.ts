import {
  errorId,
  fault,
  html,
  json,
  problem,
  ScriptedUpstream,
  type Reply,
} from '../../../test/support/scripted-upstream';
import { clientBench, creation, errorOf } from '../../../test/support/upstream-client';
import { AirbyteError } from './model/airbyte-errors';

const LIST = 'GET /connections';

const bench = clientBench();

describe('a creation is never made twice', () => {
  const CREATE = 'POST /connections';
  const lose = (kind: NonNullable<Reply['fault']>): void => {
    bench.upstream.on(CREATE, (request) => fault(kind, bench.upstream.act(request)));
  };

  it.each(['reset', 'truncate', 'stall', 'hang'] as const)(
    'its answer lost by %s: found and returned',
    async (kind) => {
      lose(kind);
      const connection = await bench.clientWith({ createTimeoutMs: 2_000 }).createConnection(creation());
      expect([...bench.upstream.state.connections.keys()]).toEqual([connection.connectionId]);
      expect(bench.upstream.count(CREATE)).toBe(1);
    },
  );

  it("found by Airbyte's clock, which may be behind ours", async () => {
    bench.upstream.state.clockAheadMs = -3_600_000;
    lose('reset');
    const connection = await bench.clientWith().createConnection(creation());
    expect(bench.upstream.state.connections.has(connection.connectionId)).toBe(true);
  });

  it('found although Airbyte finishes after the connection was cut', async () => {
    bench.upstream.on(CREATE, () => fault('reset'));
    bench.upstream.on(LIST, (_request, nth) => {
      if (nth === 2) bench.upstream.state.addConnection(twin());
      return undefined;
    });
    const connection = await bench.clientWith().createConnection(creation());
    expect(connection.name).toBe('Orders');
    expect(bench.upstream.count(LIST)).toBe(2);
  });

  it('found behind the first hundred connections', async () => {
    for (let i = 0; i < 150; i++) bench.upstream.state.addConnection({ name: `other ${i}` });
    lose('reset');
    expect((await bench.clientWith().createConnection(creation())).name).toBe('Orders');
    expect(bench.upstream.of(LIST).map((request) => request.query.get('offset'))).toEqual(['0', '100']);
  });

  it.each([
    ['a proxy gave up on it (504)', html(504), 'unavailable'],
    ['its good answer has another shape', json(200, { ok: true }), 'misbehaving'],
    ['it hangs', fault('hang'), 'timeout'],
    ['the connection drops', fault('reset'), 'timeout'],
  ] as const)('%s and nothing is found: the outcome is unknown', async (_name, reply, kind) => {
    bench.upstream.on(CREATE, () => reply);
    const error = await errorOf(bench.clientWith({ createTimeoutMs: 700 }).createConnection(creation()));
    expect(error).toMatchObject({ kind, sent: true, outcomeUnknown: true });
    expect(bench.upstream.count(CREATE)).toBe(1);
    expect(bench.upstream.count(LIST)).toBeGreaterThan(0);
  });

  it.each([
    ['an older twin', { createdAt: Math.floor(Date.now() / 1000) - 60 }],
    ['another name', { name: 'Other' }],
    ['another status', { status: 'inactive' }],
    ['another schedule', { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ? UTC' } }],
    ['another zone', { schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? Europe/Paris' } }],
  ])('%s is not taken for it', async (_name, difference) => {
    bench.upstream.on(CREATE, () => fault('reset'));
    bench.upstream.state.addConnection({ ...twin(), ...difference });
    const error = await errorOf(bench.clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error.outcomeUnknown).toBe(true);
  });

  it('two that could be it: the outcome is unknown', async () => {
    bench.upstream.state.addConnection(twin());
    lose('reset');
    const error = await errorOf(bench.clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
  });

  it('a twin whose own creation was answered is not taken for it', async () => {
    const client = bench.clientWith();
    const twinOfBefore = await client.createConnection(creation());
    lose('reset');
    const connection = await client.createConnection(creation());
    expect(connection.connectionId).not.toBe(twinOfBefore.connectionId);
  });

  it('500: not repeated, not looked for, with the message of the connector', async () => {
    bench.upstream.on(CREATE, () => problem(500, 'Something went wrong in the connector. logs:bad password'));
    const error = await errorOf(bench.clientWith().createConnection(creation()));
    expect(error).toMatchObject({ kind: 'failed', outcomeUnknown: false });
    expect(error.upstreamMessage).toContain('bad password');
    expect(bench.upstream.requests).toHaveLength(1);
  });

  it("Airbyte's own 503: an answer, nothing to look for", async () => {
    bench.upstream.on(CREATE, () => problem(503, 'starting'));
    const error = await errorOf(bench.clientWith().createConnection(creation()));
    expect(error).toMatchObject({ kind: 'unavailable', outcomeUnknown: false });
    expect(bench.upstream.requests).toHaveLength(1);
  });

  it('429: repeated, since it is an answer', async () => {
    bench.first(CREATE, json(429, {}, { 'retry-after': '0' }));
    expect((await bench.clientWith().createConnection(creation())).name).toBe('Orders');
    expect(bench.upstream.count(CREATE)).toBe(2);
    expect(bench.upstream.state.connections.size).toBe(1);
  });

  it('429 and then silence: in doubt, not rate limited', async () => {
    bench.upstream.on(CREATE, (_request, nth) =>
      nth === 1 ? json(429, {}, { 'retry-after': '0' }) : fault('reset'),
    );
    const error = await errorOf(bench.clientWith({ createTimeoutMs: 600 }).createConnection(creation()));
    expect(error).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
    expect(bench.upstream.count(CREATE)).toBe(2);
  });

  it('refused before anything was sent: repeated', async () => {
    const client = bench.clientWith();
    await bench.upstream.refuse();
    const pending = client.createConnection(creation());
    await bench.reported((event) => event.kind === 'unreachable');
    await bench.upstream.listen();
    expect((await pending).name).toBe('Orders');
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('reset on a socket that was used before: unknown, never sent again', async () => {
    const client = bench.clientWith({ createTimeoutMs: 2_000 });
    await client.listConnections();
    bench.upstream.on(CREATE, () => fault('reset'));
    const error = await errorOf(client.createConnection(creation()));
    expect(error).toMatchObject({ sent: true, outcomeUnknown: true });
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('whatever goes wrong: never two, none unheard of, and none where the caller was told so', async () => {
    const kinds = ['reset', 'truncate', 'stall', 'hang', 'short-length', 'garbage'] as const;
    const refusals = [
      json(429, {}, { 'retry-after': '0' }),
      errorId(500),
      problem(503, 'starting'),
      html(504),
    ];
    bench.upstream.on('*', (request, nth) => {
      const dice = (nth * 7919) % 23;
      if (dice < 4) return refusals[dice];
      if (dice < 10) return fault(kinds[dice - 4] ?? 'reset');
      return dice < 14 ? fault(kinds[dice - 10] ?? 'reset', bench.upstream.act(request)) : undefined;
    });
    const client = bench.clientWith({ createTimeoutMs: 5_000, maxConcurrency: 16, maxCreates: 12 });
    const names = Array.from({ length: 60 }, (_, i) => `ingestion ${i}`);
    const outcomes = await Promise.allSettled(names.map((name) => client.createConnection(creation(name))));
    await bench.upstream.idle();
    const made = [...bench.upstream.state.connections.values()].map((row) => row.name);
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
      const { connectionId } = bench.upstream.state.addConnection();
      bench.upstream.on('POST /jobs', (request) => fault(kind, bench.upstream.act(request)));
      const error = await errorOf(bench.clientWith({ startTimeoutMs: 300 }).createJob(connectionId));
      expect(error).toMatchObject({ outcomeUnknown: true, sent: true });
      expect(bench.upstream.state.jobs).toHaveLength(1);
    },
  );

  it('a sync that runs already: conflict with its message', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith();
    await client.createJob(connectionId);
    const error = await errorOf(client.createJob(connectionId));
    expect(error).toMatchObject({
      kind: 'conflict',
      upstreamMessage: `A sync is already running for: ${connectionId}`,
    });
  });

  it('cancelling answers 200 with the job', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith();
    const { jobId } = await client.createJob(connectionId);
    expect((await client.cancelJob(jobId)).status).toBe('cancelled');
  });

  it.each(['reset', 'truncate'] as const)(
    'a patch, the answer lost by %s: repeated, since it ends the same',
    async (kind) => {
      const { connectionId } = bench.upstream.state.addConnection();
      bench.first('PATCH /connections/:id', fault(kind));
      const connection = await bench.clientWith().patchConnection(connectionId, { status: 'inactive' });
      expect(connection.status).toBe('inactive');
      expect(bench.upstream.count('PATCH /connections/:id')).toBe(2);
    },
  );

  it('a deletion is answered 204, and the connection stays as deprecated', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith();
    await client.deleteConnection(connectionId);
    expect((await client.getConnection(connectionId)).status).toBe('deprecated');
  });
});
