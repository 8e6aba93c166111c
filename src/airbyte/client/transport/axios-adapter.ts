import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { sendRequest, type WireRequest } from './undici-request';

/** An `AxiosAdapter` that returns text. */
export type UndiciAdapter = (config: InternalAxiosRequestConfig) => Promise<AxiosResponse<string>>;

/**
 * Creates an axios adapter over {@link sendRequest}. `reusesConnections` tells whether the dispatcher keeps connections
 * open between requests. Supports `timeout` (body included), `signal` and
 * `maxContentLength`. Resolves for every status and rejects with {@link TransportError}.
 */
export function createUndiciAdapter(
  dispatcher: Dispatcher,
  { reusesConnections }: Pick<WireRequest, 'reusesConnections'>,
): UndiciAdapter {
  return async (config) => {
    const request = { ...wireRequestOf(config), reusesConnections };
    const { status, headers, text } = await sendRequest(dispatcher, request);
    return { status, headers: joined(headers), data: text, statusText: '', config };
  };
}

function wireRequestOf(config: InternalAxiosRequestConfig): Omit<WireRequest, 'reusesConnections'> {
  return {
    origin: config.baseURL ?? '',
    path: config.url ?? '/',
    method: (config.method ?? 'get').toUpperCase(),
    headers: joined(Object.fromEntries(config.headers)),
    body: typeof config.data === 'string' ? config.data : null,
    timeoutMs: config.timeout ?? 0,
    maxBytes: config.maxContentLength ?? Number.POSITIVE_INFINITY,
    signal: config.signal,
  };
}

/**
 * Joins headers with several values (RFC 9110, section 5.3) and drops absent ones, which axios marks by null,
 * undefined or false.
 */
function joined(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const isThere = ([, value]: [string, unknown]): boolean =>
    value !== undefined && value !== null && value !== false;
  const entries = Object.entries(headers).filter(isThere);
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(', ')]));
}
