import type { AxiosInstance } from 'axios';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { createUndiciAdapter, type UndiciAdapter } from './axios-adapter';
import { TransportError } from './undici-request';
import { internalUrlOf } from './internal-url';
import type { AirbyteSettings } from '../../../config/settings-types';

/** Maximum response size. A connection with a thousand streams is far smaller. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const CONNECT_TIMEOUT_MS = 5_000;

export interface TransportRequest {
  readonly method: string;
  /** Default: the public API. */
  readonly api?: 'internal' | undefined;
  /** Relative to the API's base URL; ids are encoded. */
  readonly path: string;
  readonly headers: Record<string, string>;
  /** JSON text. */
  readonly body?: string | undefined;
  /** For the whole request, including the response body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** True: use a new connection. Default: one that is kept open from earlier requests, if there is any. */
  readonly newConnection?: boolean | undefined;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/**
 * Sends one request and reads the whole response. Rejects with {@link TransportError}, or with the error of an
 * axios interceptor.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Closes all sockets. Requests in flight fail. */
  close(): Promise<void>;
}

/**
 * The only user of the HTTP libraries. Requests pass through the axios instance of `@nestjs/axios`, so its
 * interceptors apply, and are sent by undici with keep-alive. NODE_EXTRA_CA_CERTS, HTTP_PROXY, HTTPS_PROXY and
 * NO_PROXY are honoured; loopback is never proxied.
 */
export class AxiosTransport implements Transport {
  private readonly publicApi: Server;
  private readonly internalApi: Server;

  constructor(
    settings: Pick<AirbyteSettings, 'apiUrl' | 'internalApiUrl'>,
    private readonly axios: AxiosInstance,
  ) {
    this.publicApi = serverAt(settings.apiUrl);
    this.internalApi = serverAt(internalUrlOf(settings), this.publicApi);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { origin, basePath, connections } = request.api === 'internal' ? this.internalApi : this.publicApi;
    try {
      const { status, headers, data } = await this.axios.request<string>({
        baseURL: origin,
        url: basePath + request.path,
        method: request.method,
        headers: request.headers,
        data: request.body,
        timeout: request.timeoutMs,
        maxContentLength: MAX_ANSWER_BYTES,
        ...(request.signal && { signal: request.signal }),
        transformRequest: [],
        transformResponse: [],
        adapter: request.newConnection ? connections.single : connections.kept,
      });
      return { status, headers, text: data };
    } catch (error) {
      throw this.translate(error, request);
    }
  }

  async close(): Promise<void> {
    const connections = new Set([this.publicApi.connections, this.internalApi.connections]);
    const dispatchers = [...connections].flatMap((each) => each.dispatchers);
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  /** Axios errors contain the request config and its credentials, so they must not leave this file. */
  private translate(error: unknown, request: TransportRequest): Error {
    if (error instanceof TransportError) return error;
    if (request.signal?.aborted) return new TransportError('aborted', true);
    if (this.isAxiosError(error)) return new Error('axios could not make the request');
    return error instanceof Error
      ? error
      : new Error('an axios interceptor threw something that is not an error');
  }

  private isAxiosError(error: unknown): boolean {
    return typeof error === 'object' && error !== null && 'config' in error;
  }
}

/** One of Airbyte's APIs and its connections. */
interface Server {
  readonly origin: string;
  readonly basePath: string;
  readonly connections: Connections;
}

interface Connections {
  /** Keeps connections open between requests. */
  readonly kept: UndiciAdapter;
  /** Opens a connection for each request. */
  readonly single: UndiciAdapter;
  readonly dispatchers: readonly Dispatcher[];
}

/** @param neighbour shares its connections if the origin is the same */
function serverAt(baseUrl: string, neighbour?: Server): Server {
  const { origin, pathname, hostname } = new URL(baseUrl);
  const basePath = pathname.replace(/\/+$/, '');
  if (neighbour?.origin === origin) return { ...neighbour, basePath };
  // In undici, 1 means one request after the other on a connection, and 0 means one request for each connection.
  const kept = createDispatcher(hostname, 1);
  const single = createDispatcher(hostname, 0);
  const connections = {
    kept: createUndiciAdapter(kept, { reusesConnections: true }),
    single: createUndiciAdapter(single, { reusesConnections: false }),
    dispatchers: [kept, single],
  };
  return { origin, basePath, connections };
}

function createDispatcher(hostname: string, pipelining: 0 | 1): Dispatcher {
  // One timeout covers the whole request, so undici's header and body timeouts are disabled.
  const options = {
    pipelining,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  };
  return isLoopback(hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
