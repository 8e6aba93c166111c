import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import type { CallContext } from '../model/airbyte-types';
import { transportFailure, readAnswer } from '../transport/read-answer';
import type { CircuitBreaker } from './circuit-breaker';
import type { Clock } from '../../../lib/clock';
import { isTraceparent } from '../../../lib/traceparent';
import type { Span, Tracer } from '../../../lib/tracer';
import { OutageMonitor, type OutageListener } from './outage-monitor';
import { methodAndPath, isStartLane, type Operation } from '../model/operation';
import type { Transport, TransportRequest, TransportResponse } from '../transport/transport';
import { TransportError } from '../transport/undici-request';
import { UpstreamClock } from './upstream-clock';
import { upstreamHeaders } from '../transport/upstream-headers';

/** One request to Airbyte, for the log. Contains no body, header or credential. */
export interface CallEvent {
  /** Name of the client's method, or `signIn`. */
  readonly operation: string;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** 1 for the first; further ones are retries. */
  readonly attempt: number;
  /** Absent without a response. */
  readonly status?: number | undefined;
  /** Absent on success. */
  readonly kind?: AirbyteErrorKind | undefined;
  readonly errorId?: string | undefined;
  readonly durationMs: number;
  readonly requestId?: string | undefined;
  /** W3C Trace Context of the cause. */
  readonly traceparent?: string | undefined;
}

export type CallListener = (event: CallEvent) => void;

export interface RunnerOptions {
  readonly onCall?: CallListener | undefined;
  readonly onOutage?: OutageListener | undefined;
  /** Records each request that belongs to a trace. */
  readonly tracer?: Tracer | null | undefined;
}

/** One request with its authorization and timeout. */
export interface OutgoingRequest {
  readonly operation: Operation;
  readonly context: CallContext;
  readonly authorization?: string | undefined;
  readonly timeoutMs: number;
  readonly attempt: number;
  /** True if little of the budget was left: a timeout shows nothing then. */
  readonly isHurried?: boolean;
  /** True: do not use a connection that is kept open from earlier requests. */
  readonly newConnection?: boolean;
}

interface TracedRequest extends OutgoingRequest {
  readonly span: Span | null;
}

/** Sends single requests and reports each outcome to the circuit breaker and the listeners. */
export class RequestRunner {
  readonly upstreamClock = new UpstreamClock();
  private readonly outages: OutageMonitor;
  private readonly listeners: CallListener[] = [];
  private readonly tracer: Tracer | null;

  constructor(
    private readonly transport: Transport,
    private readonly breaker: CircuitBreaker,
    private readonly clock: Clock,
    { onCall, onOutage, tracer }: RunnerOptions = {},
  ) {
    this.tracer = tracer ?? null;
    this.outages = new OutageMonitor(breaker, clock, onOutage);
    if (onCall) this.listeners.push(onCall);
  }

  /** True from the report of an outage to the report of its end. */
  get isDown(): boolean {
    return this.outages.isDown;
  }

  /** The listener is called after each request, whatever its outcome. It must not throw. */
  onCall(listener: CallListener): void {
    this.listeners.push(listener);
  }

  /** The reads of the mirror belong to no trace. */
  private beginSpan({ operation, context }: OutgoingRequest): Span | null {
    if (this.tracer === null || !isTraceparent(context.traceparent)) return null;
    return this.tracer.begin('client', `${operation.method} ${operation.name}`, context.traceparent);
  }

  async run(given: OutgoingRequest): Promise<unknown> {
    const span = this.beginSpan(given);
    const request = { ...given, span };
    const startedAt = this.clock.monotonicMs();
    try {
      const answer = await this.transport.send(this.toTransportRequest(request));
      const response = maskCredential(answer, request.authorization);
      const { date } = response.headers;
      // The internal API may have another address, and so another clock.
      if (typeof date === 'string' && request.operation.api === undefined)
        this.upstreamClock.observe(date, this.clock.now().getTime());
      const body = await readAnswer(request.operation, response, this.clock.now().getTime());
      if (request.operation.api === undefined) this.recordAnswer();
      this.report(request, startedAt, { status: response.status });
      return body;
    } catch (thrown) {
      const error = thrown instanceof TransportError ? transportFailure(request.operation, thrown) : thrown;
      if (!(error instanceof AirbyteError)) throw error;
      this.recordOutcome(request, error, startedAt);
      this.report(request, startedAt, { status: error.status, kind: error.kind, errorId: error.errorId });
      throw error;
    }
  }

  private toTransportRequest({
    operation,
    context,
    authorization,
    timeoutMs,
    newConnection,
    span,
  }: TracedRequest): TransportRequest {
    return {
      method: operation.method,
      api: operation.api,
      path: operation.path,
      headers: upstreamHeaders(
        operation,
        span ? { ...context, traceparent: span.traceparent } : context,
        authorization,
      ),
      body: operation.body === undefined ? undefined : JSON.stringify(operation.body),
      timeoutMs,
      signal: context.signal,
      newConnection,
    };
  }

  /**
   * Records whether Airbyte is available, not whether it accepts the request. Slow creations, unanswered starts
   * (by Airbyte or a proxy), disconnected callers, reads that waited too long for their turn, connections that were
   * kept open and the optional internal API prove nothing.
   */
  private recordOutcome(
    { operation, context, isHurried = false }: OutgoingRequest,
    error: AirbyteError,
    startedAt: number,
  ): void {
    if (operation.api === 'internal' || error.details.mayBeStale) return;
    switch (error.kind) {
      case 'unreachable':
        this.recordFailure(error, startedAt);
        return;
      case 'dropped':
      case 'unavailable':
        if (!isStartLane(operation.lane)) this.recordFailure(error, startedAt);
        return;
      case 'timeout':
        if (operation.lane === 'read' && context.signal?.aborted !== true && !isHurried)
          this.recordFailure(error, startedAt);
        return;
      default:
        this.recordAnswer();
    }
  }

  private recordAnswer(): void {
    this.breaker.recordAnswer();
    this.outages.recordAnswer();
  }

  private recordFailure(error: AirbyteError, startedAt: number): void {
    this.breaker.recordFailure(startedAt);
    this.outages.recordFailure(error);
  }

  private report(
    { operation, context, attempt, span }: TracedRequest,
    startedAt: number,
    outcome: Pick<Parameters<CallListener>[0], 'status' | 'kind' | 'errorId'>,
  ): void {
    const path = methodAndPath(operation).slice(operation.method.length + 1);
    const { name, method } = operation;
    const durationMs = this.clock.monotonicMs() - startedAt;
    if (context.upstreamUsage) {
      context.upstreamUsage.calls += 1;
      context.upstreamUsage.ms += durationMs;
    }
    span?.end({
      attributes: {
        'http.request.method': method,
        'http.response.status_code': outcome.status,
        'http.request.resend_count': attempt > 1 ? attempt - 1 : undefined,
        'url.path': path,
        'airbyte.operation': name,
      },
      error: outcome.kind ?? null,
    });
    const event = {
      operation: name,
      method,
      path,
      attempt,
      durationMs,
      requestId: context.requestId,
      traceparent: context.traceparent,
    };
    for (const listener of this.listeners) listener({ ...event, ...outcome });
  }
}

/** Airbyte's error messages reach callers and may repeat the request, so the credential is masked. */
function maskCredential(response: TransportResponse, authorization: string | undefined): TransportResponse {
  if (response.status < 400 || authorization === undefined) return response;
  const credential = authorization.slice(authorization.indexOf(' ') + 1);
  return { ...response, text: response.text.replaceAll(credential, '***') };
}
