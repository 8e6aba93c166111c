import { AsyncLocalStorage } from 'node:async_hooks';
import { isTraceparent, traceIdOf } from './traceparent';

const scopes = new AsyncLocalStorage<TraceScope>();

/** Work of one trace, across promises and callbacks. Log lines get the id from it without a parameter. */
export class TraceScope {
  private isOpen = true;

  private constructor(private readonly traceId: string) {}

  static of(traceparent: string): TraceScope {
    return new TraceScope(traceIdOf(traceparent));
  }

  run(work: () => void): void {
    scopes.run(this, work);
  }

  /** Call at the end of a request: what it has started for all callers, such as a loop, belongs to its trace no longer. */
  close(): void {
    this.isOpen = false;
  }

  get openTraceId(): string | undefined {
    return this.isOpen ? this.traceId : undefined;
  }
}

/** Trace id of the work in progress; undefined if it belongs to no trace. */
export function currentTraceId(): string | undefined {
  return scopes.getStore()?.openTraceId;
}

/** Does work that belongs to the trace of a request, also after the answer. */
export function inTrace(traceparent: string | undefined, work: () => void): void {
  if (isTraceparent(traceparent)) TraceScope.of(traceparent).run(work);
  else work();
}
