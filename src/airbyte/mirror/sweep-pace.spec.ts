import { sweepPauseMs } from './sweep-pace';

const MAX_AGE_MS = 15_000;

describe('the pace of sweeps', () => {
  it.each([1, 12, 30, 101, 130])('lets two sweeps of %i pages end within the maximum age', (pages) => {
    expect(2 * pages * sweepPauseMs({ pages, callMs: 10 }, MAX_AGE_MS)).toBeLessThan(MAX_AGE_MS);
  });

  it('needs no more calls than that', () => {
    expect(sweepPauseMs({ pages: 10, callMs: 10 }, MAX_AGE_MS)).toBe(675);
    expect(sweepPauseMs({ pages: 0, callMs: 10 }, MAX_AGE_MS)).toBe(6750);
  });

  it.each([
    ['20 pages a second', { pages: 1000, callMs: 5 }, 50],
    ["half of a thread's time", { pages: 1000, callMs: 300 }, 600],
    ['5 s after a call', { pages: 1000, callMs: 3_600_000 }, 5000],
  ])('stays within its budget of %s', (_, cost, pauseMs) => {
    expect(sweepPauseMs(cost, MAX_AGE_MS)).toBe(pauseMs);
    expect(sweepPauseMs(cost, 0)).toBe(pauseMs);
  });
});
