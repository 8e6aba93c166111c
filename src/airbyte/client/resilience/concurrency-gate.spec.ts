import fc from 'fast-check';
import type { Lane } from '../model/operation';
import { ConcurrencyGate, type GateLimits, type Release } from './concurrency-gate';

describe('concurrency gate', () => {
  function gateOf(limits: Partial<GateLimits> = {}): ConcurrencyGate {
    return new ConcurrencyGate({ maxConcurrency: 2, maxCreates: 1, maxStarts: 1, maxQueue: 10, ...limits });
  }

  /** Enters and notes its name when it is let in. */
  function enter(
    gate: ConcurrencyGate,
    lane: Lane,
    name: string,
    log: string[],
    callerKey?: string,
  ): Promise<Release> {
    return gate.enter({ lane, timeoutMs: 60_000, callerKey }).then((turn) => {
      if (typeof turn === 'string') throw new Error(turn);
      log.push(name);
      return turn;
    });
  }

  it('first come first served, across reads and creations', async () => {
    const log: string[] = [];
    const gate = gateOf({ maxConcurrency: 1 });
    const names = ['r1', 'c1', 'r2', 'c2', 'r3'];
    const turns = names.map((name) => enter(gate, name.startsWith('c') ? 'create' : 'read', name, log));
    for (const turn of turns) (await turn)();
    expect(log).toEqual(names);
    expect([gate.active, gate.queued]).toEqual([0, 0]);
  });

  it('a creation that waits for the allowance of creations holds up no read behind it', async () => {
    const log: string[] = [];
    const gate = gateOf();
    const first = await enter(gate, 'create', 'c1', log);
    const second = enter(gate, 'create', 'c2', log);
    (await enter(gate, 'read', 'r1', log))();
    (await enter(gate, 'read', 'r2', log))();
    first();
    (await second)();
    expect(log).toEqual(['c1', 'r1', 'r2', 'c2']);
  });

  it('callers take turns, however many calls one of them has in the queue', async () => {
    const log: string[] = [];
    const gate = gateOf({ maxConcurrency: 1, maxQueue: 100 });
    const held = await enter(gate, 'read', 'held', []);
    const many = Array.from({ length: 6 }, (_, i) => enter(gate, 'read', `a${i}`, log, 'a'));
    const few = ['b0', 'b1'].map((name) => enter(gate, 'create', name, log, 'b'));
    const one = enter(gate, 'read', 'c0', log, 'c');
    held();
    for (const turn of [...many, ...few, one]) void turn.then((release) => setImmediate(release));
    await Promise.all([...many, ...few, one]);
    expect(log).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('a caller that is alone may fill the queue, and gives up queue positions to others', async () => {
    const gate = gateOf({ maxConcurrency: 1, maxQueue: 6 });
    const held = await enter(gate, 'read', 'held', []);
    const outcomes = new Map<string, string>();
    const ask = (name: string): void => {
      const turn = gate.enter({ lane: 'read', timeoutMs: 60_000, callerKey: name[0] });
      void Promise.resolve(turn).then((outcome) => {
        outcomes.set(name, typeof outcome === 'string' ? outcome : 'served');
        if (typeof outcome === 'function') outcome();
      });
    };
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'b1', 'b2', 'b3', 'b4', 'c1', 'c2', 'c3'])
      ask(name);
    held();
    await new Promise(setImmediate);
    const refused = [...outcomes].filter(([, outcome]) => outcome === 'full').map(([name]) => name);
    expect(refused.sort()).toEqual(['a3', 'a4', 'a5', 'a6', 'a7', 'b3', 'b4', 'c3']);
    expect([gate.active, gate.queued]).toEqual([0, 0]);
  });

  it('starts have slots of their own and delay neither reads nor creations', async () => {
    const log: string[] = [];
    const gate = gateOf();
    const start = await enter(gate, 'start', 's1', log);
    const second = enter(gate, 'start', 's2', log);
    const others = [await enter(gate, 'read', 'r1', log), await enter(gate, 'create', 'c1', log)];
    const read = enter(gate, 'read', 'r2', log);
    for (const release of others) release();
    (await read)();
    start();
    (await second)();
    expect(log).toEqual(['s1', 'r1', 'c1', 'r2', 's2']);
    expect([gate.active, gate.queued]).toEqual([0, 0]);
  });

  it('cancellations go before the starts that wait, whoever they are of', async () => {
    const log: string[] = [];
    const gate = gateOf();
    const held = await enter(gate, 'start', 'held', []);
    const starts = ['s1', 's2', 's3'].map((name) => enter(gate, 'start', name, log, 'a'));
    const cancels = ['c1', 'c2'].map((name) => enter(gate, 'cancel', name, log, 'b'));
    (await enter(gate, 'read', 'r1', log))();
    held();
    for (const turn of [...starts, ...cancels]) void turn.then((release) => setImmediate(release));
    await Promise.all([...starts, ...cancels]);
    expect(log).toEqual(['r1', 'c1', 'c2', 's1', 's2', 's3']);
  });

  it('a slot that is released twice counts once', async () => {
    const gate = gateOf({ maxConcurrency: 1 });
    const release = await enter(gate, 'read', 'r1', []);
    release();
    release();
    const held = await enter(gate, 'read', 'r2', []);
    const waiting = gate.enter({ lane: 'read', timeoutMs: 60_000 });
    expect([gate.active, gate.queued]).toEqual([1, 1]);
    held();
    await waiting;
  });

  it('a call that was given up leaves the queue', async () => {
    const gate = gateOf({ maxConcurrency: 1, maxQueue: 1 });
    const release = await enter(gate, 'read', 'r1', []);
    const stop = new AbortController();
    const waiting = gate.enter({ lane: 'read', timeoutMs: 60_000, signal: stop.signal });
    expect(await gate.enter({ lane: 'read', timeoutMs: 60_000 })).toBe('full');
    stop.abort();
    expect(await waiting).toBe('aborted');
    expect(await gate.enter({ lane: 'read', timeoutMs: 1 })).toBe('timeout');
    expect(gate.queued).toBe(0);
    release();
  });

  it('never more at one time than allowed, and everybody gets a turn', async () => {
    const lane = fc.constantFrom<Lane>('read', 'create', 'discover', 'start', 'cancel');
    const lanes = fc.array(fc.tuple(lane, fc.constantFrom('a', 'b', 'c')), { maxLength: 60 });
    const property = fc.asyncProperty(
      lanes,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (calls, maxConcurrency, maxCreates) => {
        const gate = gateOf({ maxConcurrency, maxCreates, maxStarts: maxCreates, maxQueue: 1000 });
        const running = { read: 0, create: 0, discover: 0, start: 0, cancel: 0 };
        await Promise.all(
          calls.map(async ([lane, callerKey]) => {
            const release = await enter(gate, lane, lane, [], callerKey);
            running[lane]++;
            expect(running.start + running.cancel).toBeLessThanOrEqual(maxCreates);
            const { read, create, discover } = running;
            expect(read + create + discover).toBeLessThanOrEqual(maxConcurrency);
            expect(create + discover).toBeLessThanOrEqual(maxCreates);
            expect(discover).toBeLessThanOrEqual(Math.max(1, maxCreates - 1));
            await Promise.resolve();
            running[lane]--;
            release();
          }),
        );
        expect([gate.active, gate.queued]).toEqual([0, 0]);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });
});
