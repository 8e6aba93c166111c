import { inTurns } from './in-turns';

/** Each step of the work advances this clock by 2 ms. */
let nowMs = 0;
const clock = { monotonicMs: () => nowMs };

function* work(steps: number, end: () => string = () => 'done'): Generator<void, string> {
  for (let step = 0; step < steps; step++) {
    nowMs += 2;
    yield;
  }
  return end();
}

const fail = (): never => {
  throw new Error('broken');
};

it('does short work at once', () => {
  expect(inTurns(work(2), clock)).toBe('done');
});

it('lets others work after every 5 ms', async () => {
  nowMs = 0;
  const result = inTurns(work(9), clock);
  const seenMs = [nowMs];
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    seenMs.push(nowMs);
  }
  expect(seenMs).toEqual([6, 12, 18]);
  expect(await result).toBe('done');
});

it('rejects with the error of a later slice, and throws that of the first', async () => {
  await expect(inTurns(work(9, fail), clock)).rejects.toThrow('broken');
  expect(() => inTurns(work(1, fail), clock)).toThrow('broken');
});
