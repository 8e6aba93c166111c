/** Injection token of the {@link Tracer}; null without `OTEL_EXPORTER_OTLP_ENDPOINT`. */
export const TRACER = Symbol('TRACER');

/** Result of an operation, recorded at its end. */
export interface SpanResult {
  /** By default the name from the beginning. */
  readonly name?: string;
  /** Undefined members are left out. */
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  /** Kind of the failure; null after a success. */
  readonly error: string | null;
}

/** An operation that has begun. */
export interface Span {
  /** W3C Trace Context of this span, for requests that it causes. */
  readonly traceparent: string;
  end(result: SpanResult): void;
}

/** Records operations of requests across services (OpenTelemetry). */
export interface Tracer {
  /** @param parent `traceparent` of the cause; undefined begins a trace */
  begin(kind: 'server' | 'client', name: string, parent: string | undefined): Span;
  /** Sends what is recorded, within some seconds. */
  close(): Promise<void>;
}
