import {
  type BeginResult,
  type IdempotencyStore,
  inDoubtUntilMs,
  type Intent,
  type RecordedOutcome,
  type StoredAnswer,
} from '../../src/idempotency/idempotency-store';

const ANSWER: StoredAnswer = { status: 201, headers: { location: '/x' }, body: '{"name":"ü\\u0000"}' };
export const STORE_TIMES = { ttlMs: 60_000, doubtMs: 5000 };

/** Tests that every kind of store must pass. */
export function describeStore(
  name: string,
  create: () => IdempotencyStore,
  clock: () => Date = () => new Date(),
): void {
  describe(name, () => {
    let store: IdempotencyStore;
    let serial = 0;
    let id: string;

    beforeEach(() => {
      store = create();
      id = `id-${++serial}-${Date.now()}`;
    });

    const intent = (owner: string, fingerprint = 'f'): Intent => ({
      id,
      caller: 'key:a',
      fingerprint,
      owner,
      nowMs: clock().getTime(),
    });
    const kindOf = async (begun: Promise<BeginResult>): Promise<string> => (await begun).kind;

    it('lets one of many concurrent requests begin', async () => {
      const owners = Array.from({ length: 50 }, (_, i) => `o${i}`);
      const kinds = await Promise.all(owners.map((owner) => kindOf(store.begin(intent(owner)))));
      expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'in-progress')).toHaveLength(49);
    });

    it('returns the unchanged answer to all later requests', async () => {
      const mine = intent('a');
      await store.begin(mine);
      await store.finish(mine, { kind: 'answered', answer: ANSWER });
      expect(await store.begin(intent('b'))).toEqual({ kind: 'answered', answer: ANSWER });
      expect(await store.begin(intent('c'))).toEqual({ kind: 'answered', answer: ANSWER });
    });

    it('detects a different request with the same key, during and after the first', async () => {
      const mine = intent('a');
      await store.begin(mine);
      expect(await kindOf(store.begin(intent('b', 'other')))).toBe('key-reused');
      await store.finish(mine, { kind: 'answered', answer: ANSWER });
      expect(await kindOf(store.begin(intent('b', 'other')))).toBe('key-reused');
    });

    it('forgets a key after an attempt without an effect', async () => {
      const mine = intent('a');
      await store.begin(mine);
      await store.finish(mine, { kind: 'not-sent' });
      expect(await kindOf(store.begin(intent('b', 'other')))).toBe('new');
    });

    it('stores the start and end of a doubt, and lets one request at a time resolve it', async () => {
      const mine = intent('a');
      await store.begin(mine);
      const untilMs = mine.nowMs + 5000;
      await store.finish(mine, { kind: 'in-doubt', untilMs });
      const looking = intent('b');
      expect(await store.begin(looking)).toEqual({ kind: 'in-doubt', sinceMs: mine.nowMs, untilMs });
      expect(await kindOf(store.begin(intent('c')))).toBe('in-progress');
      await store.finish(looking, { kind: 'in-doubt', untilMs });
      expect(await store.begin(intent('c'))).toEqual({ kind: 'in-doubt', sinceMs: mine.nowMs, untilMs });
    });

    it('lets only the owner release a key', async () => {
      await store.begin(intent('a'));
      await store.finish(intent('b'), { kind: 'not-sent' });
      await store.finish(intent('b'), { kind: 'in-doubt', untilMs: 0 });
      expect(await kindOf(store.begin(intent('c')))).toBe('in-progress');
    });

    it.each<RecordedOutcome>([{ kind: 'not-sent' }, { kind: 'in-doubt', untilMs: 0 }])(
      'takes the same outcome again without undoing what another has done since: %j',
      async (outcome) => {
        const mine = intent('a');
        await store.begin(mine);
        await store.finish(mine, outcome);
        const other = intent('b');
        await store.begin(other);
        await store.finish(mine, outcome);
        expect(await kindOf(store.begin(intent('c')))).toBe('in-progress');
        await store.finish(other, { kind: 'answered', answer: ANSWER });
        await store.finish(mine, outcome);
        expect(await kindOf(store.begin(intent('c')))).toBe('answered');
      },
    );

    it('accepts a lease renewal, also of an attempt that has ended', async () => {
      const mine = intent('a');
      await store.begin(mine);
      await store.keepAlive(mine, true);
      expect(await kindOf(store.begin(intent('b')))).toBe('in-progress');
      await store.finish(mine, { kind: 'answered', answer: ANSWER });
      await store.keepAlive(mine, false);
      expect(await kindOf(store.begin(intent('b')))).toBe('answered');
    });

    it('keeps an attempt in doubt for longer than its lease, for every setting', () => {
      expect(inDoubtUntilMs(0, { ttlMs: 1, doubtMs: 0 })).toBeGreaterThanOrEqual(10_000);
    });
  });
}
