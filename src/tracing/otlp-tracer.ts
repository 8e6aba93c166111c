import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TracingSettings } from '../config/settings-types';
import { type Clock, systemClock } from '../lib/clock';
import type { Span, SpanResult, Tracer } from '../lib/tracer';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;
/** Spans that wait to be sent. Further ones are dropped. */
const MAX_WAITING = 2048;
const SEND_TIMEOUT_MS = 5000;
/** A collector that does not answer must not delay the end of the process. */
const CLOSE_TIMEOUT_MS = 3000;

/** Sends spans in batches to a collector, as OTLP over HTTP with JSON. */
export class OtlpTracer implements Tracer {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: ApiTracer;

  constructor(
    { serviceName }: TracingSettings,
    endpoint: string,
    private readonly clock: Pick<Clock, 'wait'> = systemClock,
  ) {
    const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: SEND_TIMEOUT_MS });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName }),
      spanProcessors: [
        new BatchSpanProcessor(exporter, { maxQueueSize: MAX_WAITING, exportTimeoutMillis: SEND_TIMEOUT_MS }),
      ],
    });
    this.tracer = this.provider.getTracer('airbyte-ingestion-api');
  }

  begin(kind: 'server' | 'client', name: string, parent: string | undefined): Span {
    const span = this.tracer.startSpan(name, { kind: KINDS[kind] }, contextOf(parent));
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: ({ name: newName, attributes, error }: SpanResult) => {
        if (newName !== undefined) span.updateName(newName);
        span.setAttributes(attributes);
        if (error !== null) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  /** Sends the spans that wait, for a limited time. Rejects if the collector cannot be reached. */
  async close(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.provider.shutdown(), this.clock.wait(CLOSE_TIMEOUT_MS, over.signal)]).finally(
      () => {
        over.abort();
      },
    );
  }
}

function contextOf(parent: string | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = '00'] = parent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
