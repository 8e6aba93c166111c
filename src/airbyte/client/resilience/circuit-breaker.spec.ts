import { CircuitBreaker } from './circuit-breaker';

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
