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

const inTurnsOf = (key: string, steps: number, end?: () => string): Promise<string> =>
  inTurns(work(steps, end), key, clock);

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  nowMs = 0;
});

it('does short work at once', async () => {
  const result = inTurnsOf('a', 2);
  expect(nowMs).toBe(4);
  expect(await result).toBe('done');
});

it('lets others work after every 5 ms', async () => {
  const result = inTurnsOf('a', 9);
  const seenMs = [nowMs];
  while (seenMs.length < 3) {
    await nextTurn();
    if (nowMs !== seenMs.at(-1)) seenMs.push(nowMs);
  }
  expect(seenMs).toEqual([6, 12, 18]);
  expect(await result).toBe('done');
});

it('lets the keys take turns, whatever each has to do', async () => {
  const ended: string[] = [];
  const all = ['a1', 'a2', 'a3', 'b1'].map(async (name) => {
    await inTurnsOf(name.charAt(0), 7);
    ended.push(name);
  });
  await Promise.all(all);
  expect(ended.indexOf('b1')).toBeLessThan(2);
});

it('rejects with the error of any slice', async () => {
  await expect(inTurnsOf('a', 9, fail)).rejects.toThrow('broken');
  await expect(inTurnsOf('a', 1, fail)).rejects.toThrow('broken');
});
