import type { ServerResponse } from 'node:http';

/** An answer, with an optional transport fault. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * - `reset`: the socket is destroyed before a byte of the answer
   * - `hang`: nothing is ever answered; `stall`: half of the body, then nothing
   * - `truncate`: half of the body, then the socket is closed
   * - `short-length`: `Content-Length` says less than there is
   * - `flood`: 17 MiB of JSON
   * - `garbage`: bytes that are not HTTP
   */
  readonly fault?: 'reset' | 'hang' | 'stall' | 'truncate' | 'short-length' | 'flood' | 'garbage';
}

const FLOOD_CHUNKS = 17;
const SAMPLE_BODY = JSON.stringify({ data: [], padding: 'x'.repeat(200) });

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function plain(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}

export function html(status = 200): Reply {
  const body = '<!doctype html><html><head><title>Airbyte</title></head><body></body></html>';
  return { status, headers: { 'content-type': 'text/html' }, body };
}

export function noContent(): Reply {
  return { status: 204, headers: {}, body: '' };
}

/** Adds a fault to an answer; the default answer is a list. */
export function fault(kind: NonNullable<Reply['fault']>, reply: Reply = plainJson()): Reply {
  return { ...reply, fault: kind };
}

/** Airbyte's problem shape. */
export function problem(status: number, message: string | null, data: Record<string, unknown> = {}): Reply {
  return json(status, {
    status,
    type: 'https://reference.airbyte.com/reference/errors',
    title: 'problem',
    detail: 'The request could not be handled.',
    documentationUrl: null,
    data:
      message === null && Object.keys(data).length === 0
        ? null
        : { ...(message !== null && { message }), ...data },
  });
}

/** Airbyte's answer to an unexpected error: only an id of its log entry. */
export function errorId(status: number, id = 'd1e2f3a4-0000-4000-8000-000000000001'): Reply {
  return json(status, { errorId: id });
}

/** The framework's own shape, for binding errors and refused credentials. */
export function hateoas(status: number, message: string): Reply {
  const errors = [{ message, _links: {}, _embedded: {} }];
  return json(status, {
    message: 'Bad Request',
    _links: { self: { href: '/', templated: false } },
    _embedded: { errors },
  });
}

function plainJson(): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: SAMPLE_BODY };
}

export function write(reply: Reply, response: ServerResponse): void {
  const { status, headers, body } = reply;
  const half = body.slice(0, Math.floor(body.length / 2));
  switch (reply.fault) {
    case undefined:
      response.writeHead(status, { ...headers }).end(body);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'stall':
      response.writeHead(status, { ...headers, 'content-length': String(body.length) }).write(half);
      return;
    case 'truncate':
      response.writeHead(status, { ...headers, 'content-length': String(body.length) });
      response.write(half, () => response.socket?.destroy());
      return;
    case 'short-length':
      response.writeHead(status, { ...headers, 'content-length': String(half.length) }).end(body);
      return;
    case 'flood':
      response.writeHead(status, { ...headers });
      flood(response, FLOOD_CHUNKS);
      return;
    case 'garbage':
      response.socket?.end('\u0000\u0001 this is no HTTP at all\r\n\r\n');
      return;
  }
}

/** Ends early if the client disconnects. */
function flood(response: ServerResponse, chunks: number): void {
  if (response.destroyed) return;
  if (chunks === 0) {
    response.end();
    return;
  }
  response.write(Buffer.alloc(1024 * 1024, 0x20), () => {
    flood(response, chunks - 1);
  });
}
