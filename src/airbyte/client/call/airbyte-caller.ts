import type { AirbyteSettings } from '../../../config/settings-types';
import { AirbyteError } from '../model/airbyte-errors';
import type { CallContext, StartOptions } from '../model/airbyte-types';
import { misbehaving } from '../transport/read-answer';
import type { Authorizer } from '../sign-in/token-provider';
import { CircuitBreaker } from '../resilience/circuit-breaker';
import { type Clock, systemClock } from '../../../lib/clock';
import { ConcurrencyGate, type Release } from '../resilience/concurrency-gate';
import { createAuthorizer } from '../sign-in/credentials';
import { RequestRunner, type RunnerOptions } from '../resilience/request-runner';
import { isStartLane, isSingleAttempt, type Operation } from '../model/operation';
import { ShapeError } from '../model/parse';
import { retryDelayMs } from '../resilience/retry-policy';
import { signIn } from '../sign-in/sign-in';
import type { Transport } from '../transport/transport';
import { gateError, isOutcomeUnknown, notSent, startGateError } from '../resilience/call-errors';
import type { UpstreamClock } from '../resilience/upstream-clock';

/** Share of a read's budget for the first attempt, so that a lost response leaves time for a retry. */
const FIRST_ATTEMPT_SHARE = 0.6;
/** Attempts with a smaller share of a read's budget show nothing if they time out: the call waited too long for its turn. */
const MIN_CONCLUSIVE_SHARE = 0.3;

const NO_RELEASE: Release = () => undefined;

export interface CallerOptions extends RunnerOptions {
  /** Called for each unreadable row that is skipped. The reason contains no data. */
  readonly onUnreadableRow?: ((operation: string, reason: string) => void) | undefined;
  /** Replaced in tests. */
  readonly clock?: Clock | undefined;
  /** Source of jitter, in [0, 1). Replaced in tests. */
  readonly random?: (() => number) | undefined;
}

/** Reads the body of an answer; a large one in several turns of the event loop. */
type Parse<T> = (body: unknown) => Promise<T>;

/** Makes a parser of small answers asynchronous. */
export function parseAtOnce<T>(parse: (body: unknown) => T): Parse<T> {
  return (body) =>
    new Promise((resolve) => {
      resolve(parse(body));
    });
}

interface Attempt {
  readonly operation: Operation;
  readonly context: CallContext;
  /** Start of the call, before the first attempt; monotonic, ms. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly number: number;
  readonly newConnection: boolean;
}

/** Executes operations within one deadline each: queueing, authorization, sending and retries. */
export class AirbyteCaller {
  readonly clock: Clock;
  readonly breaker: CircuitBreaker;
  readonly gate: ConcurrencyGate;
  /** Set at shutdown: no retries and no lookups. */
  stopped = false;
  private readonly random: () => number;
  private readonly authorizer: Authorizer;
  readonly runner: RequestRunner;
  private readonly startsRefused = new AbortController();

  constructor(
    private readonly settings: AirbyteSettings,
    transport: Transport,
    options: CallerOptions = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.breaker = new CircuitBreaker(this.clock);
    this.gate = new ConcurrencyGate(settings);
    this.runner = new RequestRunner(transport, this.breaker, this.clock, options);
    this.authorizer = createAuthorizer(
      settings.credentials,
      (id, secret) => signIn(this.runner, id, secret, settings.timeoutMs * FIRST_ATTEMPT_SHARE),
      this.clock,
    );
  }

  get upstreamClock(): UpstreamClock {
    return this.runner.upstreamClock;
  }

  /** Remaining lifetime of the access token in ms; null if there is none that expires. */
  get tokenExpiresInMs(): number | null {
    return this.authorizer.expiresInMs();
  }

  /** Whether a read that begins now waits for its turn. */
  get mustReadsWait(): boolean {
    return this.gate.mustReadsWait;
  }

  /** Deadline of a call on the monotonic clock, in ms. */
  deadlineOf(operation: Pick<Operation, 'lane'>, context: CallContext): number {
    const { timeoutMs, createTimeoutMs, startTimeoutMs } = this.settings;
    const budgetsMs = {
      read: timeoutMs,
      create: createTimeoutMs,
      discover: createTimeoutMs,
      start: startTimeoutMs,
      cancel: startTimeoutMs,
    };
    return context.deadlineAt ?? this.clock.monotonicMs() + budgetsMs[operation.lane];
  }

  /**
   * Acquires a slot of the start lane. It is held until Airbyte responds, because Airbyte's thread is.
   * @throws {AirbyteError} if no slot is free within the budget of a start; nothing was sent
   */
  private async admitStart(operation: Operation, context: CallContext): Promise<Release> {
    this.assertCircuitClosed(operation, this.breaker.waitMs());
    const release = await this.gate.enter({
      lane: operation.lane,
      timeoutMs: this.settings.startTimeoutMs,
      signal: this.startsRefused.signal,
      callerKey: context.callerKey,
    });
    if (typeof release === 'string') throw startGateError(operation, release);
    return release;
  }

  /**
   * Calls an operation that starts or cancels a job. The budget begins when a slot is acquired; queueing time does not
   * count.
   */
  async callStart<T>(
    operation: Operation,
    parse: (body: unknown) => T,
    context: CallContext = {},
    { beforeSending, skipsQueue = false }: StartOptions = {},
  ): Promise<T> {
    const release = skipsQueue ? NO_RELEASE : await this.admitStart(operation, context);
    try {
      await beforeSending?.();
      return await this.call(() => operation, parseAtOnce(parse), context);
    } finally {
      release();
    }
  }

  /** Rejects starts that still wait for a slot. Starts that were sent continue. */
  refuseWaitingStarts(): void {
    this.startsRefused.abort();
  }

  /** @throws {AirbyteError}; any other error is a bug in the gateway */
  async call<T>(build: () => Operation, parse: Parse<T>, context: CallContext = {}): Promise<T> {
    const operation = build();
    const startedAt = this.clock.monotonicMs();
    const deadlineAt = this.deadlineOf(operation, context);
    let errorToReport: AirbyteError | undefined;
    let outcomeUnknown = false;
    let newConnection = false;
    for (let number = 1; ; number++) {
      const attempt = { operation, context, startedAt, deadlineAt, number, newConnection };
      try {
        return await this.attempt(attempt, parse);
      } catch (error) {
        if (!(error instanceof AirbyteError)) throw error;
        const inDoubt = isOutcomeUnknown(error, operation.safety);
        newConnection ||= error.details.mayBeStale === true;
        errorToReport = inDoubt ? error : moreInformativeError(errorToReport, error);
        outcomeUnknown ||= inDoubt;
        // The circuit stays open longer than a call retries an unreachable Airbyte.
        const isUnreachable = error.kind === 'circuit_open' && errorToReport.kind === 'unreachable';
        const delayMs = isUnreachable ? null : this.delayBeforeNext(error, attempt);
        if (delayMs !== null) await this.clock.wait(delayMs, context.signal);
        if (delayMs === null || context.signal?.aborted)
          throw outcomeUnknown ? errorToReport.with({ outcomeUnknown }) : errorToReport;
      }
    }
  }

  private delayBeforeNext(
    error: AirbyteError,
    { operation, context, startedAt, deadlineAt, number }: Attempt,
  ): number | null {
    if (this.stopped || context.signal?.aborted) return null;
    const mayRepeat = operation.probe && error.details.mayBeStale;
    if (isSingleAttempt(operation) && !mayRepeat) return null;
    return retryDelayMs({
      error,
      safety: operation.safety,
      attempt: number,
      elapsedMs: this.clock.monotonicMs() - startedAt,
      remainingMs: deadlineAt - this.clock.monotonicMs(),
      random: this.random(),
    });
  }

  private async attempt<T>(attempt: Attempt, parse: Parse<T>): Promise<T> {
    const { operation } = attempt;
    // Also checked before queueing, so that an outage is reported at once however long the queue is.
    if (!operation.probe) this.assertCircuitClosed(operation, this.circuitWaitMs(operation));
    const release = await this.acquireSlot(attempt);
    if (typeof release === 'string') throw gateError(operation, release);
    try {
      if (!operation.probe) this.assertCircuitClosed(operation, this.enterCircuit(operation));
      return await parse(await this.sendAuthorized(attempt));
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw misbehaving(operation, `the answer has an unexpected shape (${error.message})`, 200);
    } finally {
      release();
    }
  }

  /** A call of the internal API waits for the end of an outage, because its outcome does not show the end. */
  private circuitWaitMs({ api }: Operation): number {
    const waitMs = this.breaker.waitMs();
    return api === 'internal' && this.breaker.isOpen ? Math.max(1, waitMs) : waitMs;
  }

  private enterCircuit(operation: Operation): number {
    return operation.api === 'internal' ? this.circuitWaitMs(operation) : this.breaker.enter();
  }

  private assertCircuitClosed(operation: Operation, waitMs: number): void {
    if (waitMs > 0) throw notSent('circuit_open', operation, 'Airbyte was down a moment ago', waitMs);
  }

  private async acquireSlot({
    operation,
    context,
    deadlineAt,
  }: Attempt): ReturnType<ConcurrencyGate['enter']> {
    const remainingMs = deadlineAt - this.clock.monotonicMs();
    if (remainingMs <= 0) throw notSent('timeout', operation, 'no time was left');
    const { lane } = operation;
    // A start already holds a slot. A probe needs none, so it never queues behind other calls.
    if (isStartLane(lane) || operation.probe) return NO_RELEASE;
    return this.gate.enter({
      lane,
      timeoutMs: remainingMs,
      signal: context.signal,
      callerKey: context.callerKey,
    });
  }

  /** A rejected token is replaced once. A request rejected with 401 had no effect, so it can be sent again. */
  private async sendAuthorized(attempt: Attempt): Promise<unknown> {
    const authorization = await this.authorizationOf(attempt);
    try {
      return await this.send(attempt, authorization);
    } catch (error) {
      if (!(error instanceof AirbyteError) || error.kind !== 'unauthorized') throw error;
      if (!this.authorizer.invalidate(authorization)) throw error;
    }
    return this.send(attempt, await this.authorizationOf(attempt));
  }

  private send(attempt: Attempt, authorization: string | undefined): Promise<unknown> {
    const { operation, context, number, newConnection } = attempt;
    const timeoutMs = this.timeoutMs(attempt);
    const isHurried = timeoutMs < this.settings.timeoutMs * MIN_CONCLUSIVE_SHARE;
    const request = { operation, context, authorization, timeoutMs, attempt: number };
    return this.runner.run({ ...request, isHurried, newConnection });
  }

  private timeoutMs({ operation, deadlineAt, number }: Attempt): number {
    const remainingMs = Math.max(1, deadlineAt - this.clock.monotonicMs());
    return operation.safety === 'read' && number === 1 && !isSingleAttempt(operation)
      ? Math.ceil(remainingMs * FIRST_ATTEMPT_SHARE)
      : remainingMs;
  }

  /** A pending sign-in serves other calls too, so it continues when this call times out. */
  private authorizationOf({ operation, context, deadlineAt }: Attempt): Promise<string | undefined> {
    return this.authorizer.header(async (signingIn) => {
      const stop = new AbortController();
      const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
      const timeout = this.clock.wait(Math.max(0, deadlineAt - this.clock.monotonicMs()), signal).then(() => {
        throw notSent('timeout', operation, 'signing in to Airbyte took too long');
      });
      try {
        return await Promise.race([signingIn, timeout]);
      } finally {
        // Aborting the wait rejects it after the race; no code awaits it then.
        timeout.catch(() => undefined);
        stop.abort();
      }
    });
  }
}

/** Prefers a response of Airbyte to a missing one, and a later failure to an earlier one. */
function moreInformativeError(earlier: AirbyteError | undefined, later: AirbyteError): AirbyteError {
  if (earlier === undefined || later.status !== undefined) return later;
  if (earlier.status !== undefined) return earlier;
  return later.kind === 'circuit_open' ? earlier : later;
}
