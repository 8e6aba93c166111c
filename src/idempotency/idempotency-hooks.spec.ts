import fastify, { type FastifyInstance } from 'fastify';
import { clockOf } from '../../test/support/clock';
import { IdempotencyHooks } from './idempotency-hooks';
import {
  type BeginResult,
  type IdempotencyStore,
  type Intent,
  type RecordedOutcome,
  StoreUnavailable,
} from './idempotency-store';

/** Records its calls and returns the configured results. */
class ScriptedStore implements IdempotencyStore {
  begun: BeginResult = { kind: 'new' };
  isDown = false;
  readonly signs: { readonly nowMs: number; readonly maySend: boolean }[] = [];
  readonly outcomes: RecordedOutcome[] = [];

  begin(): Promise<BeginResult> {
    return Promise.resolve(this.begun);
  }

  keepAlive({ nowMs }: Intent, maySend: boolean): Promise<void> {
    this.signs.push({ nowMs, maySend });
    return Promise.resolve();
  }

  finish(_intent: Intent, outcome: RecordedOutcome): Promise<void> {
    if (this.isDown) return Promise.reject(new StoreUnavailable('down'));
    this.outcomes.push(outcome);
    return Promise.resolve();
  }
}

describe('a request with a key', () => {
  let store: ScriptedStore;
  let hooks: IdempotencyHooks;
  let server: FastifyInstance;
  let release: () => void;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'], now: 0 });
    store = new ScriptedStore();
    hooks = new IdempotencyHooks(
      store,
      60_000,
      clockOf(() => new Date()),
    );
    server = fastify();
    const held = new Promise<void>((resolve) => (release = resolve));
    const { preHandler, onSend } = hooks;
    server.post('/', { preHandler, onSend }, async (request, reply) => {
      await held;
      return reply.status(201).send({ earlier: request.earlierAttempt ?? null });
    });
  });
  afterEach(async () => {
    await server.close();
    jest.useRealTimers();
  });

  const send = (): Promise<{ statusCode: number; body: string }> =>
    server.inject({ method: 'POST', url: '/', headers: { 'idempotency-key': 'k' }, payload: {} });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number): Promise<void> => {
    await turn();
    await jest.advanceTimersByTimeAsync(ms);
    await turn();
  };

  it('says every three seconds that it is alive, and no longer when it has ended', async () => {
    const answer = send();
    await pass(9000);
    expect(store.signs).toEqual([3000, 6000, 9000].map((nowMs) => ({ nowMs, maySend: true })));
    release();
    await answer;
    await pass(9000);
    expect(store.signs).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not put off the end of a doubt while it only looks', async () => {
    store.begun = { kind: 'in-doubt', sinceMs: -1000, untilMs: 5000 };
    const answer = send();
    await pass(3000);
    expect(store.signs).toEqual([{ nowMs: 3000, maySend: false }]);
    release();
    expect(JSON.parse((await answer).body)).toEqual({
      earlier: { startedAt: new Date(-1000).toISOString(), retryAllowed: false, retryAfterMs: 5000 },
    });
  });

  it('may be sent again from the moment at which the doubt ends', async () => {
    store.begun = { kind: 'in-doubt', sinceMs: -1000, untilMs: 0 };
    release();
    expect(JSON.parse((await send()).body)).toMatchObject({
      earlier: { retryAllowed: true, retryAfterMs: 0 },
    });
  });

  it('is answered although its outcome cannot be stored, which is tried until it can', async () => {
    store.isDown = true;
    release();
    expect((await send()).statusCode).toBe(201);
    await pass(6000);
    expect(store.outcomes).toEqual([]);
    store.isDown = false;
    await pass(3000);
    expect(store.outcomes).toMatchObject([{ kind: 'answered', answer: { status: 201 } }]);
    await pass(3000);
    expect(store.outcomes).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('holds a stop up until its outcome is stored, but not for good', async () => {
    let isSettled = false;
    const answer = send();
    await pass(3000);
    const whenIdle = hooks.whenIdle().then(() => (isSettled = true));
    await pass(1000);
    expect(isSettled).toBe(false);
    release();
    await answer;
    await whenIdle;
    store.isDown = true;
    await send();
    const limited = hooks.whenIdle();
    await pass(5000);
    await limited;
    expect(store.outcomes).toHaveLength(1);
  });
});
