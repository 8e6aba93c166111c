import fc from 'fast-check';
import { AirbyteError, type AirbyteErrorDetails, type AirbyteErrorKind } from '../model/airbyte-errors';
import { CircuitBreaker } from './circuit-breaker';
import { ConcurrencyGate, type GateLimits, type Release } from './concurrency-gate';
import type { Lane } from '../model/operation';
import { lookupBudgetMs } from '../creation/creation-recovery';
import { parseRetryAfterMs, MAX_RETRY_AFTER_MS } from '../transport/retry-after';
import { backoffMs, retryDelayMs, type FailedAttempt } from './retry-policy';

function failure(kind: AirbyteErrorKind, details: Partial<AirbyteErrorDetails> = {}): AirbyteError {
  return new AirbyteError(kind, kind, { operation: 'test', sent: true, ...details });
}

describe('retry policy', () => {
  const ask = (question: Partial<FailedAttempt> & { error: AirbyteError }): number | null =>
    retryDelayMs({ safety: 'read', attempt: 1, elapsedMs: 0, remainingMs: 10_000, random: 0.5, ...question });

  it.each([
    ['rate_limited', true, true, true],
    ['unavailable', true, true, false],
    ['dropped', true, true, false],
    ['timeout', true, false, false],
    ['failed', true, false, false],
    ['misbehaving', false, false, false],
    ['bad_request', false, false, false],
    ['unprocessable', false, false, false],
    ['not_found', false, false, false],
    ['forbidden', false, false, false],
    ['conflict', false, false, false],
    ['unauthorized', false, false, false],
    ['overloaded', false, false, false],
    ['circuit_open', false, false, false],
  ] as const)(
    '%s after sending: read %s, idempotent change %s, change that must happen once %s',
    (kind, ...expected) => {
      const answers = (['read', 'idempotent', 'once'] as const).map(
        (safety) => ask({ error: failure(kind), safety }) !== null,
      );
      expect(answers).toEqual(expected);
    },
  );

  it.each(['unreachable', 'timeout', 'failed'] as const)(
    '%s before sending is repeated whatever it was',
    (kind) => {
      expect(ask({ error: failure(kind, { sent: false }), safety: 'once' })).not.toBeNull();
    },
  );

  it('an Airbyte that cannot be reached is given a second to come back', () => {
    const error = failure('unreachable', { sent: false });
    expect([0, 500, 950, 5_000].map((elapsedMs) => ask({ error, elapsedMs }) !== null)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('500 is tried three times at most', () => {
    const error = failure('failed');
    expect([1, 2, 3].map((attempt) => ask({ error, attempt }) !== null)).toEqual([true, true, false]);
  });

  it('a call that saw Airbyte fail waits for the circuit, a new one does not', () => {
    const error = failure('circuit_open', { sent: false, retryAfterMs: 700 });
    expect(ask({ error, attempt: 1 })).toBeNull();
    expect(ask({ error, attempt: 2 })).toBe(700);
  });

  it('Retry-After is kept to exactly, without chance', () => {
    expect(ask({ error: failure('rate_limited', { retryAfterMs: 1_234 }), random: 0.9 })).toBe(1_234);
  });

  it('no attempt that the budget cannot hold', () => {
    const anyQuestion = fc.record({
      retryAfterMs: fc.option(fc.nat(60_000), { nil: undefined }),
      attempt: fc.integer({ min: 1, max: 40 }),
      remainingMs: fc.integer({ min: -1_000, max: 60_000 }),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(anyQuestion, ({ retryAfterMs, ...question }) => {
        const delayMs = ask({ error: failure('unavailable', { retryAfterMs }), ...question });
        return delayMs === null || delayMs < question.remainingMs;
      }),
    );
  });

  it('backoff doubles to a ceiling, half of it chance', () => {
    expect([1, 2, 3, 5, 6, 50].map((attempt) => backoffMs(attempt, 0))).toEqual([
      50, 100, 200, 800, 1_000, 1_000,
    ]);
    const longest = [1, 2, 3, 50].map((attempt) => Math.round(backoffMs(attempt, 0.9999)));
    expect(longest).toEqual([100, 200, 400, 2_000]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-15T02:00:00Z');

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['86400', MAX_RETRY_AFTER_MS],
    ['Thu, 15 Jan 2026 02:00:05 GMT', 5_000],
    ['Thu, 15 Jan 2026 01:00:00 GMT', 0],
    ['Thursday, 15-Jan-26 02:00:05 GMT', 5_000],
    ['Fri, 16 Jan 2026 02:00:00 GMT', MAX_RETRY_AFTER_MS],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026', MAX_RETRY_AFTER_MS],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (value, expected) => {
    expect(parseRetryAfterMs(value, now)).toBe(expected);
  });
});

describe('budget of the lookup', () => {
  it.each([
    [300_000, 30_000],
    [10_000, 2_000],
    [1_000, 300],
    [200, 100],
  ])('of %i ms: %i ms', (budgetMs, expected) => {
    expect(lookupBudgetMs(budgetMs)).toBe(expected);
  });
});

describe('circuit breaker', () => {
  const start = 1_000_000;

  function breakerAt(): {
    breaker: CircuitBreaker;
    clock: { monotonicMs: () => number };
    pass: (ms: number) => void;
  } {
    let time = start;
    const clock = { monotonicMs: (): number => time };
    const pass = (ms: number): void => {
      time += ms;
    };
    return {
      breaker: new CircuitBreaker(clock, { threshold: 3, openMs: 1_000, maxOpenMs: 4_000 }),
      clock,
      pass,
    };
  }

  function failTimes(times: number, { breaker, clock, pass }: ReturnType<typeof breakerAt>): void {
    for (let i = 0; i < times; i++) {
      const startedAt = clock.monotonicMs();
      pass(10);
      breaker.recordFailure(startedAt);
    }
  }

  it('opens after failures in a row, and an answer between them starts the count again', () => {
    const world = breakerAt();
    failTimes(2, world);
    world.breaker.recordAnswer();
    failTimes(2, world);
    expect(world.breaker.enter()).toBe(0);
    failTimes(1, world);
    expect(world.breaker.enter()).toBe(1_000);
  });

  it('counts attempts that failed side by side once', () => {
    const { breaker, clock, pass } = breakerAt();
    const startedAt = clock.monotonicMs();
    pass(10);
    for (let i = 0; i < 10; i++) breaker.recordFailure(startedAt);
    expect(breaker.isOpen).toBe(false);
  });

  it('lets one probe through after the pause, and another if that one never comes back', () => {
    const world = breakerAt();
    failTimes(3, world);
    world.pass(999);
    expect(world.breaker.enter()).toBe(1);
    world.pass(1);
    expect([world.breaker.enter(), world.breaker.enter()]).toEqual([0, 1_000]);
    world.pass(1_000);
    expect(world.breaker.enter()).toBe(0);
  });

  it('looking does not use the probe up', () => {
    const world = breakerAt();
    failTimes(3, world);
    world.pass(1_000);
    expect([world.breaker.waitMs(), world.breaker.waitMs(), world.breaker.enter()]).toEqual([0, 0, 0]);
  });

  it('closes with the answer to a probe', () => {
    const world = breakerAt();
    failTimes(3, world);
    world.pass(1_000);
    world.breaker.enter();
    world.breaker.recordAnswer();
    expect(world.breaker.isOpen).toBe(false);
    failTimes(2, world);
    expect(world.breaker.isOpen).toBe(false);
  });

  it('pauses longer with each probe that fails, up to a limit', () => {
    const world = breakerAt();
    failTimes(3, world);
    const pauses = [1, 2, 3, 4].map(() => {
      world.pass(world.breaker.waitMs());
      failTimes(1, world);
      return world.breaker.waitMs();
    });
    expect(pauses).toEqual([2_000, 4_000, 4_000, 4_000]);
  });
});

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
    return Promise.resolve(gate.enter({ lane, timeoutMs: 60_000, callerKey })).then((turn) => {
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

  it('a caller that is alone may fill the queue, and gives places up to others', async () => {
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

  it('starts have places of their own, which hold up neither reads nor creations', async () => {
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

  it('a place given back twice counts once', async () => {
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

  it('who gave up leaves the queue', async () => {
    const gate = gateOf({ maxConcurrency: 1, maxQueue: 1 });
    const release = await enter(gate, 'read', 'r1', []);
    const stop = new AbortController();
    const waiting = gate.enter({ lane: 'read', timeoutMs: 60_000, signal: stop.signal });
    expect(gate.enter({ lane: 'read', timeoutMs: 60_000 })).toBe('full');
    stop.abort();
    expect(await waiting).toBe('aborted');
    expect(await gate.enter({ lane: 'read', timeoutMs: 1 })).toBe('timeout');
    expect(gate.queued).toBe(0);
    release();
  });

  it('never more at one time than allowed, and everybody gets a turn', async () => {
    const lane = fc.constantFrom<Lane>('read', 'create', 'start', 'cancel');
    const lanes = fc.array(fc.tuple(lane, fc.constantFrom('a', 'b', 'c')), { maxLength: 60 });
    const property = fc.asyncProperty(
      lanes,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (calls, maxConcurrency, maxCreates) => {
        const gate = gateOf({ maxConcurrency, maxCreates, maxStarts: maxCreates, maxQueue: 1000 });
        const running = { read: 0, create: 0, start: 0, cancel: 0 };
        await Promise.all(
          calls.map(async ([lane, callerKey]) => {
            const release = await enter(gate, lane, lane, [], callerKey);
            running[lane]++;
            expect(running.start + running.cancel).toBeLessThanOrEqual(maxCreates);
            expect(running.read + running.create).toBeLessThanOrEqual(maxConcurrency);
            expect(running.create).toBeLessThanOrEqual(maxCreates);
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
