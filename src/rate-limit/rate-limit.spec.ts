import { MemoryRateLimiter } from './memory-rate-limiter';
import { rateLimitHeaders } from './rate-limiter';

describe('MemoryRateLimiter', () => {
  let now = 0;
  const limiter = (maxCallers?: number): MemoryRateLimiter => new MemoryRateLimiter(2, () => now, maxCallers);

  it('counts down, refuses what is over the limit, and begins anew after a minute', async () => {
    const counts = limiter();
    const remaining: unknown[] = [];
    for (let taken = 0; taken < 4; taken++) {
      const quota = await counts.take('a');
      remaining.push(quota.isExceeded ? 'exceeded' : quota.remaining);
    }
    expect(remaining).toEqual([1, 0, 'exceeded', 'exceeded']);
    now += 59_999;
    expect(await counts.take('a')).toEqual({ remaining: 0, resetMs: 1, isExceeded: true });
    now += 1;
    expect(await counts.take('a')).toEqual({ remaining: 1, resetMs: 60_000, isExceeded: false });
  });

  it('counts every caller alone', async () => {
    const counts = limiter();
    await counts.take('a');
    await counts.take('a');
    expect((await counts.take('b')).remaining).toBe(1);
  });

  it('keeps the count of a caller however many addresses send requests', async () => {
    const counts = limiter(3);
    await counts.take('key:etl');
    for (let address = 0; address < 100; address++) await counts.take(`ip:10.0.0.${address}`);
    expect((await counts.take('key:etl')).remaining).toBe(0);
  });

  it('remembers so many callers and no more, the newest ones', async () => {
    const counts = limiter(2);
    for (const caller of ['old', 'middle', 'new']) await counts.take(caller);
    expect((await counts.take('new')).remaining).toBe(0);
    expect((await counts.take('old')).remaining).toBe(1);
  });
});

it('the headers are structured fields of the draft, in whole seconds', () => {
  expect(rateLimitHeaders(6000, { remaining: 5999, resetMs: 59_001, isExceeded: false })).toEqual({
    'ratelimit-policy': '"default";q=6000;w=60',
    ratelimit: '"default";r=5999;t=60',
  });
});
