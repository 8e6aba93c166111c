import { MAX_RETRY_AFTER_MS, parseRetryAfterMs } from './retry-after';

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
