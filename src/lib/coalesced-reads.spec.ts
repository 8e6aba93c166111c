import { CoalescedReads } from './coalesced-reads';

describe('CoalescedReads', () => {
  let nowMs: number;
  let made: number;
  let changes: number;
  let reads: CoalescedReads<number>;
  const count = (): Promise<number> => Promise.resolve(++made);

  beforeEach(() => {
    nowMs = 0;
    made = 0;
    changes = 0;
    const newestChange = (): number => changes;
    reads = new CoalescedReads({ maxAgeMs: 1000, maxEntries: 2, nowMs: () => nowMs, newestChange });
  });

  it('makes one read for a hundred who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => reads.get('a', count)));
    expect(new Set(answers)).toEqual(new Set([1]));
  });

  it('gives an answer until it is as old as it may be, counted from the start of its read', async () => {
    await reads.get('a', count);
    nowMs = 999;
    expect(await reads.get('a', count)).toBe(1);
    nowMs = 1000;
    expect(await reads.get('a', count)).toBe(2);
  });

  it('lets who comes late join a slow read rather than begin another', async () => {
    let finish: (value: number) => void = () => undefined;
    const slow = reads.get('a', () => new Promise<number>((resolve) => (finish = resolve)));
    nowMs = 5000;
    const late = reads.get('a', count);
    finish(7);
    expect(await Promise.all([slow, late])).toEqual([7, 7]);
  });

  it('goes on with its answer for those who need not see a change', async () => {
    await reads.get('a', count);
    changes = 2;
    expect(await reads.get('a', count)).toBe(1);
    expect(await reads.get('a', count, { change: 1 })).toBe(2);
    expect(await reads.get('a', count, { change: 2 })).toBe(2);
  });

  it('reads again for who asks after a change, even while a read from before it is under way', async () => {
    let finish: (value: number) => void = () => undefined;
    const before = reads.get('a', () => new Promise<number>((resolve) => (finish = resolve)));
    changes = 1;
    const after = reads.get('a', count, { change: 1 });
    finish(99);
    expect(await before).toBe(99);
    expect(await after).toBe(1);
    expect(await reads.get('a', count)).toBe(1);
  });

  it('keeps no failure', async () => {
    await expect(reads.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await reads.get('a', count)).toBe(1);
  });

  it('keeps no more answers than it may', async () => {
    for (const key of ['a', 'b', 'c']) await reads.get(key, count);
    expect(await reads.get('a', count)).toBe(4);
    expect(await reads.get('c', count)).toBe(3);
  });

  it('keeps the answers of a caller with few while another one fills the cache', async () => {
    await reads.get('a', count, { callerKey: 'few' });
    for (const key of ['b', 'c', 'd', 'e']) await reads.get(key, count, { callerKey: 'many' });
    expect(await reads.get('a', count, { callerKey: 'few' })).toBe(1);
    expect(await reads.get('e', count, { callerKey: 'many' })).toBe(5);
  });

  it('makes a read of its own for another caller while the first one waits for its turn', async () => {
    let mustWait = true;
    const options = { maxAgeMs: 1000, maxEntries: 2, nowMs: () => nowMs, mustWait: () => mustWait };
    const waiting = new CoalescedReads<number>(options);
    const never = (): Promise<number> => new Promise(() => undefined);
    void waiting.get('a', never, { callerKey: 'many' });
    expect(await waiting.get('a', count, { callerKey: 'few' })).toBe(1);
    mustWait = false;
    void waiting.get('b', never, { callerKey: 'many' });
    let isRead = false;
    const readAgain = (): Promise<number> => {
      isRead = true;
      return count();
    };
    void waiting.get('b', readAgain, { callerKey: 'few' });
    expect(isRead).toBe(false);
  });
});
