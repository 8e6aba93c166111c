import { systemClock } from '../lib/clock';
import { clockOf } from '../../test/support/clock';
import type { Caller } from '../http/caller';
import { describeStore, STORE_TIMES } from '../../test/support/idempotency-store-contract';
import { PROBLEMS } from '../api/problem/problem-catalogue';
import { ProblemException } from '../api/problem/problem.exception';
import { fingerprintOf, idempotencyKeyOf, recordId } from './idempotency-key';
import { type Intent, ShareExhausted } from './idempotency-store';
import { MemoryIdempotencyStore } from './memory-store';
import { classifyAnswer } from './attempt-outcome';
import { parseAnswer } from './stored-answer';

describeStore('MemoryIdempotencyStore', () => new MemoryIdempotencyStore(STORE_TIMES, systemClock));

const callerOf = (id: string, workspaceId: string | null = null): Caller => ({ id, scopes: [], workspaceId });

describe('MemoryIdempotencyStore', () => {
  const answer = { status: 201, headers: {}, body: '{}' };
  let now = 0;
  const store = (maxRows = 1000, maxBytes = 1_000_000): MemoryIdempotencyStore =>
    new MemoryIdempotencyStore(
      STORE_TIMES,
      clockOf(() => new Date(now)),
      { maxRows, maxBytes },
    );
  const intent = (id: string, caller = 'key:a'): Intent => ({
    id,
    caller,
    fingerprint: 'f',
    owner: id,
    nowMs: now,
  });

  it('forgets an answer after its time, and no sooner', async () => {
    const rows = store();
    await rows.begin(intent('a'));
    now += 1000;
    await rows.finish(intent('a'), { kind: 'answered', answer });
    now += STORE_TIMES.ttlMs - 1;
    expect((await rows.begin(intent('a'))).kind).toBe('answered');
    now += 1;
    expect((await rows.begin(intent('a'))).kind).toBe('new');
  });

  it('never forgets an attempt while it is under way', async () => {
    const rows = store();
    await rows.begin(intent('a'));
    now += 1e9;
    expect((await rows.begin(intent('a'))).kind).toBe('in-progress');
  });

  it('makes room by forgetting the oldest answer, never an open outcome', async () => {
    const rows = store(3);
    await rows.begin(intent('open'));
    for (const id of ['old', 'young']) {
      await rows.begin(intent(id));
      await rows.finish(intent(id), { kind: 'answered', answer });
    }
    expect((await rows.begin(intent('next'))).kind).toBe('new');
    expect((await rows.begin(intent('young'))).kind).toBe('answered');
    expect((await rows.begin(intent('open'))).kind).toBe('in-progress');
  });

  it('refuses new keys when no outcome is known of any', async () => {
    const rows = store(2);
    await rows.begin(intent('a'));
    await rows.begin(intent('b'));
    await expect(rows.begin(intent('c'))).rejects.toThrow(ShareExhausted);
    await rows.finish(intent('a'), { kind: 'not-sent' });
    expect((await rows.begin(intent('c'))).kind).toBe('new');
  });

  it('drops an attempt whose doubt is over before it refuses a new key', async () => {
    const rows = store(2);
    for (const id of ['a', 'b']) {
      await rows.begin(intent(id));
      await rows.finish(intent(id), { kind: 'in-doubt', untilMs: now + 1000 });
    }
    await expect(rows.begin(intent('c'))).rejects.toThrow(ShareExhausted);
    now += 1000;
    expect((await rows.begin(intent('c'))).kind).toBe('new');
    expect((await rows.begin(intent('b'))).kind).toBe('in-doubt');
  });

  it.each([
    ['records without an outcome', async () => Promise.resolve()],
    [
      'answers',
      async (rows: MemoryIdempotencyStore, id: string): Promise<void> =>
        rows.finish(intent(id, 'key:b'), { kind: 'answered', answer }),
    ],
  ])(
    'keeps the records of a caller, and takes its new keys, whatever %s another caller leaves',
    async (_, end) => {
      const rows = store(10);
      await rows.begin(intent('mine'));
      await rows.finish(intent('mine'), { kind: 'answered', answer });
      for (let i = 0; i < 100; i++) {
        const begun = rows.begin(intent(`b${i}`, 'key:b'));
        await begun.then(() => end(rows, `b${i}`)).catch(() => undefined);
      }
      expect((await rows.begin(intent('mine'))).kind).toBe('answered');
      for (const id of ['next', 'after']) expect((await rows.begin(intent(id))).kind).toBe('new');
    },
  );

  it('counts the bytes of answers', async () => {
    const rows = store(1000, 50_000);
    const large = { ...answer, body: 'x'.repeat(20_000) };
    for (const id of ['a', 'b']) {
      await rows.begin(intent(id));
      await rows.finish(intent(id), { kind: 'answered', answer: large });
    }
    await rows.begin(intent('c'));
    expect((await rows.begin(intent('a'))).kind).toBe('new');
    expect((await rows.begin(intent('c'))).kind).toBe('in-progress');
  });
});

describe('keys', () => {
  it.each(['a', '!~', '"quoted"', 'x'.repeat(255)])('may be %p', (key) => {
    expect(idempotencyKeyOf(key)).toBe(key);
  });

  it.each(['', ' a', 'a\tb', 'é', '\x7f', 'x'.repeat(256), ['a', 'b'], 'a, b'])('may not be %p', (key) => {
    expect(() => idempotencyKeyOf(key)).toThrow(ProblemException);
  });

  it('of two callers are two, also when caller and key run together', () => {
    expect(recordId(callerOf('key:a'), 'b')).not.toBe(recordId(callerOf('key:'), 'ab'));
    expect(recordId(callerOf('key:a'), 'b')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of one caller in two workspaces are two as well', () => {
    const ids = [null, 'ws-1', 'ws-2'].map((workspaceId) => recordId(callerOf('oidc:a', workspaceId), 'b'));
    expect(new Set(ids).size).toBe(3);
  });

  it('name a request by method, path and body, whatever the order of members', () => {
    const print = fingerprintOf('POST', '/a', { x: 1, y: { b: [1, 2], a: null } });
    expect(fingerprintOf('POST', '/a', { y: { a: null, b: [1, 2] }, x: 1 })).toBe(print);
    expect(fingerprintOf('POST', '/a', { x: 1, y: { b: [2, 1], a: null } })).not.toBe(print);
    expect(fingerprintOf('POST', '/b', { x: 1, y: { b: [1, 2], a: null } })).not.toBe(print);
    expect(fingerprintOf('POST', '/a', undefined)).toBe(fingerprintOf('POST', '/a', null));
  });
});

describe('outcomes', () => {
  /** Problems after which no change was sent to Airbyte. */
  const UNSENT = [
    'validation-failed',
    'malformed-body',
    'malformed-request',
    'ingestion-not-found',
    'run-not-found',
    'reference-not-found',
    'airbyte-rejected-credentials',
    'airbyte-unreachable',
    'airbyte-unavailable',
    'airbyte-timeout',
  ];
  const FAILED = ['airbyte-failed', 'airbyte-misbehaved'];

  it.each(Object.entries(PROBLEMS))('%s', (code, { status }) => {
    const expected = (): string => {
      if (UNSENT.includes(code)) return 'unsent';
      if (FAILED.includes(code)) return 'failed';
      if (code === 'outcome-in-doubt') return 'still-in-doubt';
      return status < 500 ? 'final' : 'unknown';
    };
    expect(classifyAnswer(status, { code, upstreamStatus: null })).toBe(expected());
  });

  it('are final for successes, and unknown for what is no answer of ours', () => {
    expect(classifyAnswer(201, null)).toBe('final');
    expect(classifyAnswer(500, null)).toBe('unknown');
    expect(classifyAnswer(500, { code: 'something else', upstreamStatus: null })).toBe('unknown');
  });

  it.each(['', '{', 'null', '{}', '{"status":"201","body":""}', 7, null])(
    'kept in a form that cannot be read are not given: %p',
    (record) => {
      expect(() => parseAnswer(record)).toThrow('cannot be read');
    },
  );
});
