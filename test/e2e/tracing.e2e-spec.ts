import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EventReader } from '../support/events-bench';
import { GatewayProcess } from '../support/gateway-process';
import { HookReceiver } from '../support/hook-receiver';
import { json, ScriptedUpstream } from '../support/scripted-upstream';
import { WEBHOOK_SETTINGS, WebhookCaller } from '../support/webhooks-bench';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number };
}
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER_SPAN = 'b7ad6b7169203331';
const SERVER = 2;
const CLIENT = 3;

/** Takes OTLP over HTTP with JSON. */
class Collector {
  readonly exports: Export[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        if (request.url === '/v1/traces') this.exports.push(JSON.parse(body) as Export);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  async listen(): Promise<string> {
    if (!this.server.listening)
      await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): ReceivedSpan[] {
    return this.exports
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ spans }) => spans);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

const valueOf = ({ attributes }: Pick<ReceivedSpan, 'attributes'>, key: string): unknown => {
  const found = attributes.find((attribute) => attribute.key === key)?.value ?? {};
  return Object.values(found)[0];
};

let upstream: ScriptedUpstream;
let collector: Collector;
/** A process of its own: the exporter uses native imports, which Jest does not run. */
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
beforeEach(async () => {
  collector = new Collector();
  gateway = await start({ FEED_INTERVAL_MS: '0' });
});
afterEach(async () => {
  await collector.close();
  upstream.clear();
});
afterAll(() => upstream.close());

const start = async (settings: Record<string, string>): Promise<GatewayProcess> =>
  GatewayProcess.start({
    AIRBYTE_API_URL: upstream.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listen(),
    OTEL_SERVICE_NAME: 'gateway-of-the-test',
    ...settings,
  });

/** Sends a request, and then stops the gateway, which sends all spans. */
const spansOf = async (path: string, headers: Record<string, string> = {}): Promise<ReceivedSpan[]> => {
  await fetch(gateway.url + path, { headers });
  expect(await gateway.kill('SIGTERM')).toBe(0);
  return collector.spans;
};

it('has a server span for a request and a client span for each attempt, in the trace of the caller', async () => {
  const { connectionId } = upstream.state.addConnection();
  upstream.on('GET /connections/:id', (_request, nth) =>
    nth === 1 ? json(503, { message: 'busy' }) : undefined,
  );
  const traceparent = `00-${TRACE_ID}-${CALLER_SPAN}-01`;
  const spans = await spansOf(`/ingestion/${connectionId}`, { traceparent });
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  const [server, ...others] = spans.filter(({ kind }) => kind === SERVER);
  expect(others).toEqual([]);
  if (!server) throw new Error('there is no server span');
  expect(server).toMatchObject({ name: 'GET /ingestion/:connectionId', parentSpanId: CALLER_SPAN });
  expect(valueOf(server, 'http.response.status_code')).toBe(200);
  const clients = spans.filter(({ kind }) => kind === CLIENT);
  expect(
    clients.map((span) => [span.name, span.parentSpanId, valueOf(span, 'http.response.status_code')]),
  ).toEqual([
    ['GET getConnection', server.spanId, 503],
    ['GET getConnection', server.spanId, 200],
  ]);
  expect(clients.map((span) => valueOf(span, 'error.type'))).toEqual(['unavailable', undefined]);
  const sent = upstream.of('GET /connections/:id').map(({ headers }) => headers['traceparent']);
  expect(sent).toEqual(clients.map(({ spanId }) => `00-${TRACE_ID}-${spanId}-01`));
  const resource = collector.exports[0]?.resourceSpans[0]?.resource ?? { attributes: [] };
  expect(valueOf(resource, 'service.name')).toBe('gateway-of-the-test');
});

it('begins a trace without the caller, and marks an error answer', async () => {
  upstream.on('GET /connections/:id', () => json(500, { message: 'broken' }));
  const { connectionId } = upstream.state.addConnection();
  const spans = await spansOf(`/ingestion/${connectionId}`);
  const server = spans.find(({ kind }) => kind === SERVER);
  expect(server?.parentSpanId ?? '').toBe('');
  expect(server?.status.code).toBe(2);
  expect(server && valueOf(server, 'airbyte_gateway.problem')).toBe('airbyte-failed');
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
});

it('sends no span of a trace that its caller does not record, and passes the trace on', async () => {
  const { connectionId } = upstream.state.addConnection();
  const spans = await spansOf(`/ingestion/${connectionId}`, {
    traceparent: `00-${TRACE_ID}-${CALLER_SPAN}-00`,
  });
  expect(spans).toEqual([]);
  const [sent] = upstream.of('GET /connections/:id').map(({ headers }) => headers['traceparent']);
  expect(sent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
});

it('has no spans of probes', async () => {
  expect(await spansOf('/health/live')).toEqual([]);
});

it('has a span for each delivery to a webhook, whose trace the receiver can continue', async () => {
  await gateway.kill('SIGTERM');
  const dataDir = await mkdtemp(join(tmpdir(), 'tracing-'));
  const receiver = await HookReceiver.start();
  receiver.reply = (_message, response) =>
    response.writeHead(receiver.messages.length === 1 ? 503 : 204).end();
  try {
    gateway = await start({ ...WEBHOOK_SETTINGS, DATA_DIR: dataDir });
    await new EventReader(gateway).current();
    const { webhookId } = await new WebhookCaller(gateway).create({
      url: receiver.url,
      types: ['run.failed'],
    });
    const { connectionId } = upstream.state.addConnection();
    const job = upstream.state.addJob({ connectionId, status: 'running' });
    upstream.state.history.end(job, 'failed');
    const [first] = await receiver.seen(1);
    await new WebhookCaller(gateway).delivery(webhookId, 'the refusal', ({ attempts }) => attempts === 1);
    await new WebhookCaller(gateway).send('POST', `/${webhookId}/deliveries/${first?.event.id ?? ''}/resend`);
    const messages = await receiver.seen(2);
    expect(await gateway.kill('SIGTERM')).toBe(0);
    const deliveries = collector.spans.filter(({ name }) => name === 'POST webhook');
    expect(deliveries.map((span) => [span.kind, valueOf(span, 'http.response.status_code')])).toEqual([
      [CLIENT, 503],
      [CLIENT, 204],
    ]);
    expect(deliveries.map((span) => valueOf(span, 'error.type'))).toEqual(['status', undefined]);
    expect(messages.map(({ headers }) => headers['traceparent'])).toEqual(
      deliveries.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    );
    expect(messages.map(({ headers }) => headers['webhook-id'])).toEqual(
      deliveries.map((span) => valueOf(span, 'airbyte_gateway.message_id')),
    );
  } finally {
    await receiver.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

it('ends with status 0 if the collector cannot be reached', async () => {
  await collector.close();
  await fetch(`${gateway.url}/openapi.json`);
  expect(await gateway.kill('SIGTERM')).toBe(0);
  collector = new Collector();
  await collector.listen();
});
