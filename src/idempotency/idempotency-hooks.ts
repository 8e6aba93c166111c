import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock';
import { clientAddress, networkOf } from '../http/client-address';
import { problemIn } from '../api/problem/problem-summary';
import { fingerprintOf, idempotencyKeyOf, recordId } from './idempotency-key';
import { keyReused, requestInProgress, shareExhausted, storeUnavailable } from './idempotency-problems';
import {
  type BeginResult,
  type IdempotencyStore,
  type Intent,
  KEEP_ALIVE_MS,
  type RecordedOutcome,
  ShareExhausted,
  type StoredAnswer,
  StoreUnavailable,
} from './idempotency-store';
import { classifyAnswer } from './attempt-outcome';
import { answerOf } from './stored-answer';

/** A request with an `Idempotency-Key`. */
interface Attempt {
  readonly intent: Intent;
  /** Time until which Airbyte may finish an earlier attempt; null without an earlier attempt. */
  readonly inDoubtUntilMs: number | null;
  /** False if this attempt may only look up the outcome of the earlier one. */
  readonly maySend: boolean;
  /** True once the outcome is being stored. From then on, the lease must not be renewed. */
  isEnding: boolean;
}

const SETTLE_LIMIT_MS = 5000;

/** Executes a request with an `Idempotency-Key` once, even if the caller sends it repeatedly or concurrently. */
export class IdempotencyHooks {
  private readonly attempts = new Map<FastifyRequest, Attempt>();
  /** Outcomes that could not be stored yet. The map stays small: new keys are refused while the store fails. */
  private readonly unsaved = new Map<Intent, RecordedOutcome>();
  /** Called for each key with what was known of it. */
  onBegin: ((result: BeginResult['kind']) => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private wake: (() => void) | null = null;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly doubtMs: number,
    private readonly clock: Clock,
  ) {}

  /** Fastify `preHandler`: stores the intent before anything is sent. */
  readonly preHandler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const key = idempotencyKeyOf(request.headers['idempotency-key']);
    if (key === undefined) return undefined;
    const intent = {
      id: recordId(request.caller, key),
      caller: request.caller?.id ?? `ip:${networkOf(clientAddress(request))}`,
      fingerprint: fingerprintOf(request.method, request.url, request.body),
      owner: randomUUID(),
      nowMs: this.nowMs(),
    };
    const result = await this.begin(intent);
    this.onBegin?.(result.kind);
    switch (result.kind) {
      case 'new':
        request.attemptedSince = new Date(intent.nowMs);
        this.register(request, { intent, inDoubtUntilMs: null, maySend: true, isEnding: false });
        return undefined;
      case 'in-doubt':
        this.registerInDoubt(request, intent, result);
        return undefined;
      case 'answered':
        return replay(reply, result.answer);
      case 'in-progress':
        throw requestInProgress();
      case 'key-reused':
        throw keyReused();
    }
  };

  /** Fastify `onSend`: stores the outcome before the response is sent. */
  readonly onSend = async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<unknown> => {
    const attempt = this.attempts.get(request);
    if (!attempt) return payload;
    const outcome = this.outcomeOf(attempt, reply, payload);
    attempt.isEnding = true;
    try {
      await this.store.finish(attempt.intent, outcome);
    } catch (error) {
      // The caller still gets the response. Until it is stored, retries look up the outcome in Airbyte.
      this.unsaved.set(attempt.intent, outcome);
      request.log.error({ err: error }, 'the outcome of a request with an Idempotency-Key is not stored yet');
    }
    this.release(request);
    return payload;
  };

  get unsavedCount(): number {
    return this.unsaved.size;
  }

  /** Resolves when every outcome is stored, or after {@link SETTLE_LIMIT_MS}. */
  async whenIdle(): Promise<void> {
    if (this.isIdle) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SETTLE_LIMIT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private get isIdle(): boolean {
    return this.attempts.size === 0 && this.unsaved.size === 0;
  }

  private async begin(intent: Intent): Promise<BeginResult> {
    try {
      return await this.store.begin(intent);
    } catch (error) {
      if (error instanceof ShareExhausted) throw shareExhausted(error);
      throw error instanceof StoreUnavailable ? storeUnavailable(error) : error;
    }
  }

  private registerInDoubt(
    request: FastifyRequest,
    intent: Intent,
    { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  ): void {
    const maySend = intent.nowMs >= untilMs;
    const startedAt = new Date(sinceMs);
    request.attemptedSince = startedAt;
    request.earlierAttempt = {
      startedAt,
      retryAllowed: maySend,
      retryAfterMs: Math.max(0, untilMs - intent.nowMs),
    };
    this.register(request, { intent, inDoubtUntilMs: untilMs, maySend, isEnding: false });
  }

  private outcomeOf(attempt: Attempt, reply: FastifyReply, payload: unknown): RecordedOutcome {
    const body = typeof payload === 'string' ? payload : '';
    const { inDoubtUntilMs, maySend } = attempt;
    // After a failed lookup, the outcome of the earlier attempt is still unknown.
    if (!maySend && reply.statusCode >= 400) return { kind: 'in-doubt', untilMs: inDoubtUntilMs ?? 0 };
    switch (classifyAnswer(reply.statusCode, problemIn(reply.statusCode, body))) {
      case 'final':
        return { kind: 'answered', answer: answerOf(reply, body) };
      case 'unsent':
      case 'still-in-doubt':
        return inDoubtUntilMs === null ? { kind: 'not-sent' } : { kind: 'in-doubt', untilMs: inDoubtUntilMs };
      case 'failed':
        return { kind: 'in-doubt', untilMs: inDoubtUntilMs ?? this.nowMs() };
      case 'unknown':
        return { kind: 'in-doubt', untilMs: this.nowMs() + this.doubtMs };
    }
  }

  private register(request: FastifyRequest, attempt: Attempt): void {
    request.claimant = attempt.intent.id;
    this.attempts.set(request, attempt);
    this.timer ??= setInterval(() => {
      this.keepAlive();
      this.retrySaving();
      this.stopWhenIdle();
    }, KEEP_ALIVE_MS).unref();
  }

  private release(request: FastifyRequest): void {
    this.attempts.delete(request);
    this.stopWhenIdle();
  }

  private stopWhenIdle(): void {
    if (!this.isIdle || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.wake?.();
  }

  private retrySaving(): void {
    for (const [intent, outcome] of this.unsaved) {
      this.store.finish(intent, outcome).then(
        () => this.unsaved.delete(intent),
        // The next interval retries it.
        () => undefined,
      );
    }
  }

  private keepAlive(): void {
    const nowMs = this.nowMs();
    for (const { intent, maySend, isEnding } of this.attempts.values()) {
      if (isEnding) continue;
      // Never rejects. After a failure, the next interval renews the lease.
      void this.store.keepAlive({ ...intent, nowMs }, maySend);
    }
  }

  private nowMs(): number {
    return this.clock.now().getTime();
  }
}

function replay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  return reply
    .status(answer.status)
    .headers({ ...answer.headers, 'idempotency-replayed': 'true' })
    .send(answer.body);
}
