import { fault, json } from '../../../../test/support/scripted-upstream';
import { latch } from '../../../../test/support/latch';
import { clientBench, creation, errorOf } from '../../../../test/support/upstream-client';
import { AirbyteError } from '../model/airbyte-errors';
import type { AirbyteConnection } from '../model/airbyte-types';
import { MemoryCreationClaims } from './creation-claims';

const CREATE = 'POST /connections';
const LIST = 'GET /connections';

const bench = clientBench();

describe('creations that are alike, at one time', () => {
  it('one whose answer was lost may be given what the other has made, and then the other is not', async () => {
    const first = latch();
    bench.upstream.on(CREATE, async (request, nth) => {
      if (nth === 1) return fault('reset');
      const reply = bench.upstream.act(request);
      await first.opened;
      return reply;
    });
    const client = bench.clientWith({ createTimeoutMs: 2_000 });
    const create = (): Promise<AirbyteConnection> => client.createConnection(creation());
    const outcomes = await Promise.allSettled([create().finally(first.open), create()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const [told] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(told?.reason).toBeInstanceOf(AirbyteError);
    expect(told?.reason).toMatchObject({ kind: 'timeout', outcomeUnknown: true });
    expect([bench.upstream.count(CREATE), bench.upstream.state.connections.size]).toEqual([2, 1]);
  });

  it('both lost and both made: each finds one of its own when it asks again', async () => {
    bench.upstream.on(CREATE, (request) => fault('reset', bench.upstream.act(request)));
    const client = bench.clientWith({ createTimeoutMs: 700 });
    const startedAt = Date.now();
    const create = (claimant: string): Promise<AirbyteError> =>
      errorOf(client.createConnection(creation(), { claimant }));
    for (const error of await Promise.all([create('a'), create('b')]))
      expect(error).toMatchObject({ outcomeUnknown: true });
    const found = await Promise.all(
      ['a', 'b', 'a'].map((claimant) => client.findEarlierCreation([creation()], startedAt, { claimant })),
    );
    const ids = found.map((connection) =>
      connection === 'ambiguous' ? connection : connection?.connectionId,
    );
    expect([...new Set(ids)].sort()).toEqual([...bench.upstream.state.connections.keys()].sort());
    expect(ids[2]).toBe(ids[0]);
    expect(await client.findEarlierCreation([creation()], startedAt, { claimant: 'c' })).toBeUndefined();
  });

  it('one that waits for the other to be answered finds its own', async () => {
    const second = latch();
    bench.upstream.on(CREATE, async (request, nth) => {
      const reply = bench.upstream.act(request);
      if (nth === 1) return fault('reset', reply);
      await second.opened;
      return reply;
    });
    bench.upstream.on(LIST, (_request, nth) => {
      if (nth === 2) second.open();
      return undefined;
    });
    const client = bench.clientWith({ createTimeoutMs: 5_000, maxCreates: 2 });
    const lost = client.createConnection(creation());
    await bench.upstream.seen(CREATE);
    const [a, b] = await Promise.all([lost, client.createConnection(creation())]);
    expect(a.connectionId).not.toBe(b.connectionId);
    expect(bench.upstream.state.connections.size).toBe(2);
  });
});

it('two creations that are answered with one id are both believed', async () => {
  bench.upstream.on(CREATE, (request, nth) => {
    const reply = bench.upstream.act(request);
    const [first] = bench.upstream.state.connections.values();
    return nth === 1 ? reply : json(200, first);
  });
  const client = bench.clientWith({ createTimeoutMs: 2_000 });
  const ids = [await client.createConnection(creation()), await client.createConnection(creation())];
  expect(new Set(ids.map(({ connectionId }) => connectionId)).size).toBe(1);
  expect(bench.upstream.count(LIST)).toBe(0);
});

describe('a lost creation', () => {
  it('is found in whatever workspace it went to', async () => {
    bench.upstream.on(CREATE, (request) => fault('reset', bench.upstream.act(request)));
    const connection = await bench.clientWith({ workspaceId: 'another' }).createConnection(creation());
    expect(bench.upstream.state.connections.has(connection.connectionId)).toBe(true);
  });
});

describe('MemoryCreationClaims', () => {
  it('remembers the newest of very many, and forgets the oldest', async () => {
    const claims = new MemoryCreationClaims();
    for (let i = 0; i < 25_000; i++) await claims.claimCreated(`c${i}`, 'a');
    expect(await claims.claimFound('c24999', 'b')).toBe(false);
    expect(await claims.claimFound('c15000', 'b')).toBe(false);
    expect(await claims.claimFound('c0', 'b')).toBe(true);
  });
});
