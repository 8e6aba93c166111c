import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProblemCode } from '../api/problem/problem-catalogue';
import type { Clock } from '../lib/clock';

const MAX_CALLERS = 1000;

/** Requests of a caller since the start of the gateway. */
export interface CallerActivity {
  readonly caller: string;
  requests: number;
  problems: number;
  /** Time of the newest request, epoch ms. */
  lastAtMs: number;
}

/** A kind of error answer since the start of the gateway. */
export interface ProblemActivity {
  readonly code: ProblemCode;
  count: number;
  /** Time, route and request id of the newest one. */
  lastAtMs: number;
  route: string;
  requestId: string;
}

/** Remembers who has sent requests, and the newest problem of each code. */
export class RecentRequests {
  private readonly byCaller = new Map<string, CallerActivity>();
  private readonly byCode = new Map<ProblemCode, ProblemActivity>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, _reply, done) => {
      const nowMs = this.clock.now().getTime();
      if (request.caller) this.addCaller(request.caller.id, request.problemCode !== null, nowMs);
      if (request.problemCode !== null) this.addProblem(request, request.problemCode, nowMs);
      done();
    });
  }

  /** Newest first. */
  callers(): CallerActivity[] {
    return [...this.byCaller.values()].sort((a, b) => b.lastAtMs - a.lastAtMs);
  }

  /** Newest first. */
  problems(): ProblemActivity[] {
    return [...this.byCode.values()].sort((a, b) => b.lastAtMs - a.lastAtMs);
  }

  private addCaller(caller: string, isProblem: boolean, nowMs: number): void {
    let known = this.byCaller.get(caller);
    if (!known) {
      known = { caller, requests: 0, problems: 0, lastAtMs: nowMs };
      this.byCaller.set(caller, known);
      this.dropOldest();
    }
    known.requests += 1;
    known.problems += Number(isProblem);
    known.lastAtMs = nowMs;
  }

  private addProblem(request: FastifyRequest, code: ProblemCode, nowMs: number): void {
    const count = (this.byCode.get(code)?.count ?? 0) + 1;
    const route = request.routeOptions.url ?? 'unmatched';
    this.byCode.set(code, { code, count, lastAtMs: nowMs, route, requestId: request.id });
  }

  private dropOldest(): void {
    if (this.byCaller.size <= MAX_CALLERS) return;
    const oldest = this.callers().at(-1);
    if (oldest) this.byCaller.delete(oldest.caller);
  }
}
