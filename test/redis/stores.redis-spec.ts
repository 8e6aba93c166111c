import { type Intent, ShareExhausted } from '../../src/idempotency/idempotency-store';
import { RedisIdempotencyStore } from '../../src/idempotency/redis-store';
import { RedisRateLimiter } from '../../src/rate-limit/redis-rate-limiter';
import { ClaimsUnavailable } from '../../src/airbyte/client/creation/creation-claims';
import { SharedCreationClaims } from '../../src/idempotency/shared-claims';
import { RedisState } from '../../src/redis/redis-state';
import { describeStore, STORE_TIMES } from '../support/idempotency-store-contract';
import { RedisServer } from '../support/redis-server';
import { until } from '../support/until';

const ANSWER = { status: 201, headers: {}, body: '{}' };

describe('with a real Redis', () => {
  let server: RedisServer;
  let one: RedisState;
  let other: RedisState;

  beforeAll(async () => {
    server = await RedisServer.start();
    one = await RedisState.connect(server.url);
    other = await RedisState.connect(server.url);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await server.close();
  });

  describeStore('RedisIdempotencyStore', () => new RedisIdempotencyStore(one, STORE_TIMES));

  const redisCall = async (script: string, ...keys: string[]): Promise<unknown> => {
    const answer = await one.run({ name: script, lua: script }, keys, []);
    return answer.ok ? answer.value : answer.reason;
  };
  const recordOf = (id: string): string => `airbyte-ingestion:once:{${id}}:record`;
  const lockOf = (id: string): string => `airbyte-ingestion:once:{${id}}:lock`;
  const intent = (id: string, owner: string, caller = 'key:a'): Intent => ({
    id,
    caller,
    fingerprint: 'f',
    owner,
    nowMs: Date.now(),
  });

  describe('an attempt of a killed process', () => {
    it('is in doubt since its last lease renewal, after its lease has expired', async () => {
      const stores = [one, other].map((shared) => new RedisIdempotencyStore(shared, STORE_TIMES));
      const [dead, alive] = stores as [RedisIdempotencyStore, RedisIdempotencyStore];
      const mine = intent('dead', 'a');
      await dead.begin(mine);
      await dead.keepAlive({ ...mine, nowMs: mine.nowMs + 3000 }, true);
      expect((await alive.begin(intent('dead', 'b'))).kind).toBe('in-progress');
      await redisCall("return redis.call('DEL', KEYS[1])", lockOf('dead'));
      expect(await alive.begin(intent('dead', 'b'))).toEqual({
        kind: 'in-doubt',
        sinceMs: mine.nowMs,
        untilMs: mine.nowMs + 3000 + 10_000 + STORE_TIMES.doubtMs,
      });
    });

    it('can still store its outcome late if it was only slow', async () => {
      const store = new RedisIdempotencyStore(one, STORE_TIMES);
      await store.begin(intent('slow', 'a'));
      await redisCall("return redis.call('DEL', KEYS[1])", lockOf('slow'));
      await store.begin(intent('slow', 'b'));
      await store.finish(intent('slow', 'a'), { kind: 'answered', answer: ANSWER });
      await store.finish(intent('slow', 'b'), { kind: 'in-doubt', untilMs: 0 });
      expect(await store.begin(intent('slow', 'c'))).toEqual({ kind: 'answered', answer: ANSWER });
    });

    it('is in doubt since the second attempt after a repetition', async () => {
      const store = new RedisIdempotencyStore(one, STORE_TIMES);
      const first = intent('twice', 'a');
      await store.begin(first);
      await store.finish(first, { kind: 'in-doubt', untilMs: first.nowMs });
      const again = intent('twice', 'b');
      expect(await store.begin(again)).toMatchObject({ kind: 'in-doubt', untilMs: first.nowMs });
      await redisCall("return redis.call('DEL', KEYS[1])", lockOf('twice'));
      expect(await store.begin(intent('twice', 'c'))).toMatchObject({
        kind: 'in-doubt',
        sinceMs: first.nowMs,
        untilMs: again.nowMs + 10_000 + STORE_TIMES.doubtMs,
      });
    });
  });

  it('records expire after IDEMPOTENCY_TTL_S, and those without an outcome later', async () => {
    const store = new RedisIdempotencyStore(one, STORE_TIMES);
    const mine = intent('ttl', 'a');
    await store.begin(mine);
    expect(await redisCall("return redis.call('PTTL', KEYS[1])", recordOf('ttl'))).toBeGreaterThan(3_600_000);
    await store.finish(mine, { kind: 'answered', answer: ANSWER });
    const leftMs = await redisCall("return redis.call('PTTL', KEYS[1])", recordOf('ttl'));
    expect(leftMs).toBeGreaterThan(STORE_TIMES.ttlMs - 5000);
    expect(leftMs).toBeLessThanOrEqual(STORE_TIMES.ttlMs);
    expect(await redisCall("return redis.call('EXISTS', KEYS[1])", lockOf('ttl'))).toBe(0);
  });

  it('refuses new keys of a caller that has reached its share, and accepts those of others', async () => {
    const store = new RedisIdempotencyStore(one, STORE_TIMES, 2);
    for (const id of ['share-1', 'share-2']) await store.begin(intent(id, 'o', 'key:busy'));
    await expect(store.begin(intent('share-3', 'o', 'key:busy'))).rejects.toThrow(ShareExhausted);
    expect((await store.begin(intent('share-1', 'p', 'key:busy'))).kind).toBe('in-progress');
    expect((await store.begin(intent('share-4', 'o', 'key:other'))).kind).toBe('new');
    await store.finish(intent('share-1', 'o', 'key:busy'), { kind: 'not-sent' });
    expect((await store.begin(intent('share-3', 'o', 'key:busy'))).kind).toBe('new');
  });

  it('does not store a key or a caller in plain text', async () => {
    const keys = await redisCall("return redis.call('KEYS', '*')");
    expect(JSON.stringify(keys)).not.toContain('key:');
  });

  describe('a connection', () => {
    const claimsOf = (shared: RedisState): SharedCreationClaims =>
      new SharedCreationClaims(shared, STORE_TIMES);

    it('belongs to one claimant at all replicas, as long as a search is possible', async () => {
      const [here, there] = [claimsOf(one), claimsOf(other)];
      const all = await Promise.all([
        here.claimFound('m', 'a'),
        there.claimFound('m', 'b'),
        here.claimCreated('m', 'c'),
      ]);
      expect(all.filter(Boolean)).toHaveLength(1);
      const owner = (await there.ownersOf(['m', 'nobodys'])).get('m') ?? '';
      expect(await there.ownersOf(['m', 'nobodys'])).toEqual(new Map([['m', owner]]));
      expect(await Promise.all([here.claimFound('m', owner), there.claimCreated('m', owner)])).toEqual([
        true,
        true,
      ]);
      const leftMs = await redisCall("return redis.call('PTTL', KEYS[1])", 'airbyte-ingestion:{made}:m');
      expect(leftMs).toBeGreaterThan(STORE_TIMES.ttlMs + STORE_TIMES.doubtMs);
    });

    it('belongs to two claimants if Airbyte answered both with it', async () => {
      expect(await claimsOf(one).claimCreated('n', 'a')).toBe(true);
      expect(await claimsOf(other).claimCreated('n', 'b')).toBe(true);
      expect(await claimsOf(other).claimFound('n', 'c')).toBe(false);
    });

    it('that was found is withheld while Redis does not answer, and one that was answered is claimed later', async () => {
      const [here, there] = [claimsOf(one), claimsOf(other)];
      server.freeze();
      expect(await here.claimCreated('answered', 'a')).toBe(true);
      await expect(here.claimFound('found', 'a')).rejects.toThrow(ClaimsUnavailable);
      await expect(here.ownersOf(['found'])).rejects.toThrow(ClaimsUnavailable);
      server.thaw();
      const unlessFailing = <T>(call: Promise<T>): Promise<T | null> =>
        call.catch((error: unknown) => {
          if (error instanceof ClaimsUnavailable) return null;
          throw error;
        });
      await until(
        'it to be known',
        async () => (await unlessFailing(there.ownersOf(['answered'])))?.get('answered') === 'a',
      );
      expect(await there.claimFound('answered', 'b')).toBe(false);
      await until('it to be given', () => unlessFailing(here.claimFound('found', 'a')));
    });
  });

  it('counts the requests of a caller at all replicas until Redis ends the minute', async () => {
    const [a, b] = [new RedisRateLimiter(3, one), new RedisRateLimiter(3, other)];
    const quotas = await Promise.all([a, b, a, b, a].map((limiter) => limiter.take('caller')));
    expect(quotas.map((quota) => quota?.isExceeded).sort()).toEqual([false, false, false, true, true]);
    expect(quotas[0]?.resetMs).toBeGreaterThan(59_000);
    await redisCall("return redis.call('PEXPIRE', KEYS[1], 1)", 'airbyte-ingestion:rate:caller');
    await redisCall("return redis.call('DEL', KEYS[1])", 'airbyte-ingestion:rate:caller');
    expect((await a.take('caller'))?.remaining).toBe(2);
  });
});
