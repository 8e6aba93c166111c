import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DiscoveryError } from '../engine/discovery-error';
import { isDeeperThan, parseObject, type JsonObject } from '../platform/json';
import type { EmbeddedLog, Now } from '../platform/log';
import { hasCode, messageOf } from '../platform/system-error';
import { storageReason } from '../platform/storage-fault';
import {
  ApiError,
  discoveryFailed,
  frameworkError,
  onlyErrorId,
  plainError,
  storageUnavailable,
} from './errors';
import { isAirbytePath, matchRoute, type ApiResponse, type Route, type Routes } from './router';
import type { Tokens } from './token';

/** Path of Airbyte's public API. */
export const BASE_PATH = '/api/public/v1';
/** Path of the API of Airbyte's web application: `POST /api/v1/<family>/<verb>`. */
const INTERNAL_BASE_PATH = '/api/v1';

const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Functions that walk a body are recursive. */
const MAX_DEPTH = 100;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Options of {@link createApiServer}. */
export interface ApiServerOptions {
  readonly routes: Routes;
  readonly tokens: Tokens;
  readonly log: EmbeddedLog;
  readonly now: Now;
}

/** Creates the server without listening. */
export function createApiServer(options: ApiServerOptions): Server {
  const server = createServer((request, response) => {
    void serve(options, request, response);
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

/** Listens on loopback, on the preferred port if it is free. Returns the port. */
export async function listenOnLoopback(server: Server, preferredPort: number | null): Promise<number> {
  try {
    return await listen(server, preferredPort ?? 0);
  } catch (error) {
    if (!hasCode(error, 'EADDRINUSE')) throw error;
    return listen(server, 0);
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function serve(
  options: ApiServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, await answer(options, request));
  } catch (error) {
    const expected = error instanceof DiscoveryError ? discoveryFailed(error) : error;
    if (expected instanceof ApiError) {
      send(response, expected);
      return;
    }
    const errorId = randomUUID();
    // URL and body are not logged: they may contain secrets.
    options.log.error(`Error ${errorId} in an operation of the embedded API: ${messageOf(error)}`);
    send(response, unexpected(error, errorId));
  }
}

/** Airbyte's 500 without details. A storage failure states its reason, since only the operator can fix it. */
function unexpected(error: unknown, errorId: string): ApiError {
  const reason = storageReason(error);
  return reason === null ? onlyErrorId(500, errorId) : storageUnavailable(reason, errorId);
}

async function answer(options: ApiServerOptions, request: IncomingMessage): Promise<ApiResponse> {
  const url = urlOf(request.url ?? '/');
  const target = targetOf(url.pathname);
  const match =
    target === null ? null : matchRoute(options.routes[target.api], request.method ?? 'GET', target.path);
  if (match?.route.anonymous !== true) await requireToken(options, request, url.pathname);
  if (match === null) throw notServed(request.method ?? 'GET', target, url.pathname);
  const body = WITH_BODY.has(match.route.method) ? await readBody(request, match.route, url.pathname) : {};
  return match.route.handle({
    path: url.pathname,
    params: decodeAll(match.params, url.pathname),
    query: url.searchParams,
    body,
    userAgent: request.headers['user-agent'] ?? '',
  });
}

/** The request target is a path. Two leading slashes do not make it a host name. */
function urlOf(target: string): URL {
  if (!target.startsWith('/') || !URL.canParse(`http://127.0.0.1${target}`))
    throw frameworkError(400, 'Bad Request', '/', 'The request target is not a path');
  return new URL(`http://127.0.0.1${target}`);
}

async function requireToken(
  { tokens, now }: ApiServerOptions,
  request: IncomingMessage,
  path: string,
): Promise<void> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || !(await tokens.verify(token, now()))) {
    throw frameworkError(401, 'Unauthorized', path, 'Unauthorized');
  }
}

interface Target {
  readonly api: keyof Routes;
  /** Relative to the base of the API. */
  readonly path: string;
}

function targetOf(path: string): Target | null {
  if (path.startsWith(`${BASE_PATH}/`)) return { api: 'public', path: path.slice(BASE_PATH.length) };
  if (path.startsWith(`${INTERNAL_BASE_PATH}/`))
    return { api: 'internal', path: path.slice(INTERNAL_BASE_PATH.length) };
  return null;
}

function notServed(method: string, target: Target | null, fullPath: string): ApiError {
  if (target === null || !isAirbytePath(target.api, target.path))
    return frameworkError(404, 'Not Found', fullPath, 'Page Not Found');
  return plainError(
    501,
    `The embedded Airbyte does not serve ${method} ${target.path}: it is a single-machine subset of Airbyte's ${target.api} API. ` +
      'Set AIRBYTE_API_URL to use a real Airbyte.',
  );
}

function decodeAll(params: Record<string, string>, path: string): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch (error) {
    if (error instanceof URIError) throw frameworkError(400, 'Bad Request', path, 'Malformed path');
    throw error;
  }
}

async function readBody(request: IncomingMessage, route: Route, path: string): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_BODY_BYTES)
      throw frameworkError(413, 'Request Entity Too Large', path, 'The body is too long');
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  const body = parseObject(text);
  // curl sends the content type of a form by default, also with JSON.
  if (body === null && isForm && route.takesForms === true)
    return Object.fromEntries(new URLSearchParams(text));
  if (body === null)
    throw frameworkError(400, 'Bad Request', path, 'Invalid JSON: a JSON object was expected');
  if (isDeeperThan(body, MAX_DEPTH))
    throw frameworkError(400, 'Bad Request', path, `Invalid JSON: nested deeper than ${MAX_DEPTH} levels`);
  return body;
}

function send(response: ServerResponse, { status, body, text }: ApiResponse): void {
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  if (content === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, {
    'content-type': text === undefined ? 'application/json' : 'text/plain',
    'content-length': Buffer.byteLength(content),
  });
  response.end(content);
}
