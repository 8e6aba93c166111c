import fc from 'fast-check';
import { AirbyteError, type AirbyteErrorDetails, type AirbyteErrorKind } from '../model/airbyte-errors';
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

  it('a closed connection that was kept open is replaced at once, unless the change must happen once', () => {
    const error = failure('dropped', { mayBeStale: true });
    expect(ask({ error })).toBe(0);
    expect(ask({ error, safety: 'idempotent' })).toBe(0);
    expect(ask({ error, safety: 'once' })).toBeNull();
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
