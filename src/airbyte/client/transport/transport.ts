import type { AxiosInstance } from 'axios';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { createUndiciAdapter, type UndiciAdapter } from './axios-adapter';
import { TransportError } from './undici-request';

/** Maximum response size. A connection with a thousand streams is far smaller. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const CONNECT_TIMEOUT_MS = 5_000;

export interface TransportRequest {
  readonly method: string;
  /** Relative to the API's base URL; ids are encoded. */
  readonly path: string;
  readonly headers: Record<string, string>;
  /** JSON text. */
  readonly body?: string | undefined;
  /** For the whole request, including the response body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
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
  private readonly origin: string;
  private readonly basePath: string;
  private readonly dispatcher: Dispatcher;
  private readonly adapter: UndiciAdapter;

  constructor(
    apiUrl: string,
    private readonly axios: AxiosInstance,
  ) {
    const url = new URL(apiUrl);
    this.origin = url.origin;
    this.basePath = url.pathname.replace(/\/+$/, '');
    this.dispatcher = createDispatcher(url.hostname);
    this.adapter = createUndiciAdapter(this.dispatcher);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    try {
      const { status, headers, data } = await this.axios.request<string>({
        baseURL: this.origin,
        url: this.basePath + request.path,
        method: request.method,
        headers: request.headers,
        data: request.body,
        timeout: request.timeoutMs,
        maxContentLength: MAX_ANSWER_BYTES,
        ...(request.signal && { signal: request.signal }),
        transformRequest: [],
        transformResponse: [],
        adapter: this.adapter,
      });
      return { status, headers, text: data };
    } catch (error) {
      throw this.translate(error, request);
    }
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
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

function createDispatcher(hostname: string): Dispatcher {
  // One timeout covers the whole request, so undici's header and body timeouts are disabled.
  const options = {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  };
  return isLoopback(hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
