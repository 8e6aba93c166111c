import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULTS } from './upstream-defaults';
import type { UpstreamRequest } from './upstream-request';
import { hateoas, problem, type Reply, write } from './upstream-replies';
import { UpstreamState } from './upstream-state';

export * from './upstream-replies';
export * from './upstream-state';
export type { UpstreamRequest } from './upstream-request';

/** @param nth 1 for the first request since the handler was set. Undefined: the default behaviour answers. */
export type Handler = (
  request: UpstreamRequest,
  nth: number,
) => Reply | undefined | Promise<Reply | undefined>;

const BASE_PATH = '/api/public/v1';
/** Of the internal API; its operations are `internal jobs/list` and so on. */
const INTERNAL_PATH = '/api/v1/';
const ANY = '*';

export interface UpstreamOptions {
  /** True: every call but the sign-in and the health check needs a token that this upstream issued. */
  readonly requireToken?: boolean;
}

/**
 * A scripted Airbyte on a real socket. Without a script for an operation it answers as Airbyte does, from memory.
 *
 *     const upstream = await ScriptedUpstream.start();
 *     upstream.on('GET /connections/:id', (_request, nth) => (nth === 1 ? fault('reset') : undefined));
 */
export class ScriptedUpstream {
  state = new UpstreamState();
  /** All requests in the order of their arrival. */
  readonly requests: UpstreamRequest[] = [];
  /** Maximum number of concurrent requests by operation, and in total under `*`. */
  readonly peaks = new Map<string, number>();

  private readonly handlers = new Map<string, { handle: Handler; calls: number }>();
  private interceptor: ((request: UpstreamRequest) => Reply | undefined) | undefined;
  private readonly inHand = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  private server: Server;
  private port = 0;

  private constructor(private readonly options: UpstreamOptions) {
    this.server = this.createServer();
  }

  static async start(options: UpstreamOptions = {}): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream(options);
    await upstream.listen();
    return upstream;
  }

  /** For `AIRBYTE_API_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${BASE_PATH}`;
  }

  /** Sets what answers an operation, such as `GET /jobs`, or `*` for all; replaces an earlier handler. */
  on(operation: string, handle: Handler): this {
    this.handlers.set(operation, { handle, calls: 0 });
    return this;
  }

  /** Sets what sees every request before its handler does, and may answer it. */
  intercept(interceptor: (request: UpstreamRequest) => Reply | undefined): this {
    this.interceptor = interceptor;
    return this;
  }

  /** Executes a request normally and returns the answer. For handlers that then lose the answer. */
  act(request: UpstreamRequest): Reply {
    const behave = DEFAULTS[request.operation];
    return behave === undefined
      ? problem(404, `no route for ${request.operation}`)
      : behave(this.state, request);
  }

  count(operation: string): number {
    return this.of(operation).length;
  }

  of(operation: string): readonly UpstreamRequest[] {
    return this.requests.filter((request) => operation === ANY || request.operation === operation);
  }

  /** Resolves when `count` requests of an operation have arrived. */
  async seen(operation: string, count = 1): Promise<void> {
    await this.until(() => this.count(operation) >= count);
  }

  /** Resolves when no request is running: every answer was written, or its client has disconnected. */
  async idle(): Promise<void> {
    await this.until(() => (this.inHand.get(ANY) ?? 0) === 0);
  }

  /** Removes handlers, requests and state. */
  clear(): void {
    this.handlers.clear();
    this.interceptor = undefined;
    this.requests.length = 0;
    this.peaks.clear();
    this.state = new UpstreamState();
  }

  /** Invalidates all tokens, as a restart does. */
  forgetTokens(): void {
    this.state.tokens.clear();
  }

  /** Stops listening and resets all connections. State is kept. */
  async refuse(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async listen(): Promise<void> {
    if (!this.server.listening && this.port !== 0) this.server = this.createServer();
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private createServer(): Server {
    return createServer((message, response) => {
      this.serve(message, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(message);
    this.track(request.operation, response);
    this.requests.push(request);
    this.notify();
    const reply = (await this.scripted(request)) ?? this.refuseToken(request) ?? this.act(request);
    const { serverMs, clockAheadMs, proxyAheadMs } = this.state;
    const dateMs = serverMs() + clockAheadMs + proxyAheadMs;
    response.setHeader('date', new Date(dateMs).toUTCString());
    write(reply, response);
  }

  private async scripted(request: UpstreamRequest): Promise<Reply | undefined> {
    const intercepted = this.interceptor?.(request);
    if (intercepted !== undefined) return intercepted;
    for (const key of [request.operation, ANY]) {
      const entry = this.handlers.get(key);
      const reply = entry && (await entry.handle(request, ++entry.calls));
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  private refuseToken({ operation, headers }: UpstreamRequest): Reply | undefined {
    if (
      !this.options.requireToken ||
      operation === 'POST /applications/token' ||
      operation === 'GET /health'
    ) {
      return undefined;
    }
    const token = headers['authorization']?.toString().replace(/^Bearer /, '') ?? '';
    return this.state.tokens.has(token) ? undefined : hateoas(401, 'Unauthorized');
  }

  private track(operation: string, response: ServerResponse): void {
    this.enter(operation);
    this.enter(ANY);
    response.once('close', () => {
      this.leave(operation);
      this.leave(ANY);
      this.notify();
    });
  }

  private enter(key: string): void {
    const now = (this.inHand.get(key) ?? 0) + 1;
    this.inHand.set(key, now);
    this.peaks.set(key, Math.max(now, this.peaks.get(key) ?? 0));
  }

  private leave(key: string): void {
    this.inHand.set(key, (this.inHand.get(key) ?? 0) - 1);
  }

  private until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  private notify(): void {
    for (const look of [...this.watchers]) look();
  }
}

async function receive(message: IncomingMessage): Promise<UpstreamRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const [rawPath = '', query = ''] = (message.url ?? '').split('?');
  const path = rawPath.startsWith(BASE_PATH) ? rawPath.slice(BASE_PATH.length) : rawPath;
  const isInternal = rawPath.startsWith(INTERNAL_PATH);
  const [collection = '', ...rest] = path.slice(1).split('/');
  const isToken = path === '/applications/token';
  const isDefinitions = rest[1] === 'definitions';
  const pattern =
    rest.length === 0 || isToken
      ? path
      : `/${collection}/:id${isDefinitions ? `/${rest.slice(1).join('/')}` : ''}`;
  const method = message.method ?? '';
  return {
    method,
    path,
    operation: isInternal ? `internal ${rawPath.slice(INTERNAL_PATH.length)}` : `${method} ${pattern}`,
    id: isToken ? '' : decodeURIComponent(rest.join('/')),
    query: new URLSearchParams(query),
    headers: message.headers,
    body: parse(text),
    at: Date.now(),
  };
}

/** Returns text that is not JSON unchanged. */
function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
