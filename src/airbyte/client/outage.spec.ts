import { latch } from '../../../test/support/latch';
import { errorId, fault, hateoas, problem } from '../../../test/support/scripted-upstream';
import { SkippingClock } from '../../../test/support/skipping-clock';
import { clientBench, creation, errorOf } from '../../../test/support/upstream-client';

const GET = 'GET /connections/:id';

const bench = clientBench();

describe('an outage of Airbyte', () => {
  it('opens the circuit breaker, which closes after a successful probe', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith({ timeoutMs: 400 });
    await bench.upstream.refuse();
    let error = await errorOf(client.getConnection(connectionId));
    for (let calls = 0; error.kind !== 'circuit_open' && calls < 10; calls++) {
      error = await errorOf(client.getConnection(connectionId));
    }
    expect(error).toMatchObject({ kind: 'circuit_open', sent: false });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    await bench.upstream.listen();
    await client.health();
    expect((await client.getConnection(connectionId)).connectionId).toBe(connectionId);
  });

  it('lets a failed call wait for the probe within its budget', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith({ timeoutMs: 10_000 });
    bench.upstream.on(GET, () => (client.caller.breaker.isOpen ? undefined : fault('reset')));
    expect((await client.getConnection(connectionId)).connectionId).toBe(connectionId);
    // The first connection may have been an old one, so five of the six failures count.
    expect(bench.upstream.count(GET)).toBe(7);
  });

  it('does not let a call wait for the probe if Airbyte is unreachable', async () => {
    const client = bench.clientWith({ timeoutMs: 60_000, createTimeoutMs: 60_000, startTimeoutMs: 60_000 });
    await bench.upstream.refuse();
    const calls = [client.getConnection('x'), client.createConnection(creation()), client.createJob('x')];
    const errors = await Promise.all(calls.map((call) => errorOf(call)));
    await bench.upstream.listen();
    for (const error of errors) {
      expect(error).toMatchObject({ sent: false, outcomeUnknown: false });
      expect(['unreachable', 'circuit_open']).toContain(error.kind);
    }
  });

  it('is not assumed after reads that had waited too long for their turn', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const clock = new SkippingClock();
    const client = bench.clientWith({ timeoutMs: 600_000, maxConcurrency: 1 }, undefined, { clock });
    const first = latch();
    bench.upstream.on(GET, async ({ id }) => {
      if (id !== connectionId) return fault('hang');
      await first.opened;
      return undefined;
    });
    const holding = client.getConnection(connectionId);
    await bench.upstream.seen(GET);
    // The deadlines are 200 ms apart, so each read gets the slot 200 ms before its deadline.
    const waiting = Array.from({ length: 7 }, () => {
      const reading = errorOf(client.getConnection('x'));
      clock.skip(200);
      return reading;
    });
    clock.skip(600_000 - 8 * 200);
    first.open();
    await holding;
    for (const reading of waiting) expect(await reading).toMatchObject({ kind: 'timeout' });
    expect(client.caller.breaker.isOpen).toBe(false);
    expect((await client.getConnection(connectionId)).connectionId).toBe(connectionId);
  });

  it('is not assumed after the server has closed a connection that was kept open', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith();
    for (let reads = 0; reads < 10; reads++) {
      bench.first(GET, fault('reset'));
      expect((await client.getConnection(connectionId)).connectionId).toBe(connectionId);
    }
    const connections = bench.upstream.of(GET).map(({ headers }) => headers['connection']);
    expect(connections).toEqual(Array.from({ length: 10 }, () => ['keep-alive', 'close']).flat());
  });

  it('is not reported by the health check, which uses a new connection then', async () => {
    bench.first('GET /health', fault('reset'));
    await bench.clientWith().health();
    const connections = bench.upstream.of('GET /health').map(({ headers }) => headers['connection']);
    expect(connections).toEqual(['keep-alive', 'close']);
  });

  it.each([
    ['500 for single ids', errorId(500)],
    ['404', problem(404, null)],
    ['403', hateoas(403, 'no')],
  ])('is not assumed after %s', async (_name, reply) => {
    bench.upstream.on(GET, () => reply);
    const client = bench.clientWith({ timeoutMs: 3_000 });
    await Promise.all(Array.from({ length: 12 }, () => errorOf(client.getConnection('x'))));
    await client.listConnections();
    expect(client.caller.breaker.isOpen).toBe(false);
  });
});
