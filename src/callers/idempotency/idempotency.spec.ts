import type { Caller } from '../../common/http/caller';
import { describeStore, STORE_TIMES } from '../../../test/support/idempotency-store.contract';
import { PROBLEMS } from '../../common/problem/problem.catalogue';
import { ProblemException } from '../../common/problem/problem.exception';
import { fingerprintOf, idempotencyKeyOf, recordId } from './idempotency.key';
import { MemoryIdempotencyStore } from './memory.store';
import { verdictOf } from './outcome';
import { parseAnswer } from './stored-answer';

describeStore('MemoryIdempotencyStore', () => new MemoryIdempotencyStore(STORE_TIMES, () => new Date()));

const callerOf = (id: string, workspaceId: string | null = null): Caller => ({ id, scopes: [], workspaceId });

describe('MemoryIdempotencyStore', () => {
  const answer = { status: 201, headers: {}, body: '{}' };
  let now = 0;
  const store = (maxRows?: number): MemoryIdempotencyStore =>
    new MemoryIdempotencyStore(STORE_TIMES, () => new Date(now), maxRows);
  const intent = (id: string): { id: string; fingerprint: string; owner: string; nowMs: number } => ({
    id,
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
    expect((await rows.begin(intent('a'))).kind).toBe('running');
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
    expect((await rows.begin(intent('open'))).kind).toBe('running');
  });

  it('refuses new keys when no outcome is known of any', async () => {
    const rows = store(2);
    await rows.begin(intent('a'));
    await rows.begin(intent('b'));
    await expect(rows.begin(intent('c'))).rejects.toThrow('no outcome');
    await rows.finish(intent('a'), { kind: 'nothing' });
    expect((await rows.begin(intent('c'))).kind).toBe('new');
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
  /** Every problem, so that a new one is thought about. */
  const UNSENT = [
    'validation-failed',
    'malformed-body',
    'malformed-request',
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
    expect(verdictOf(status, code)).toBe(expected());
  });

  it('are final for successes, and unknown for what is no answer of ours', () => {
    expect(verdictOf(201, null)).toBe('final');
    expect(verdictOf(500, null)).toBe('unknown');
    expect(verdictOf(500, 'something else')).toBe('unknown');
  });

  it.each(['', '{', 'null', '{}', '{"status":"201","body":""}', 7, null])(
    'kept in a form that cannot be read are not given: %p',
    (record) => {
      expect(() => parseAnswer(record)).toThrow('cannot be read');
    },
  );
});
