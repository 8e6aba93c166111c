import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent } from 'undici';
import {
  type Connection,
  created,
  type CreateRequest,
  creationBody,
  type Jobs,
  jobsPath,
  PORT,
  statusOf,
  UPSTREAM,
  UPSTREAM_HEADERS,
} from './answers';

/** The least that can do the work: node:http and undici's `request`. No validation, no log, no request ids. */
const agent = new Agent();

createServer((request, response) => {
  const answer = request.method === 'POST' ? create(request) : status(request.url ?? '');
  answer.then(
    (body) => {
      write(response, request.method === 'POST' ? 201 : 200, body);
    },
    (error: unknown) => {
      write(response, 502, { error: String(error) });
    },
  );
}).listen(PORT, '127.0.0.1');

async function create(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  const body = JSON.stringify(creationBody(JSON.parse(text) as CreateRequest));
  return created((await call('POST', `${UPSTREAM.pathname}/connections`, body)) as Connection);
}

async function status(url: string): Promise<Record<string, unknown>> {
  const id = url.slice('/ingestion/'.length, -'/status'.length);
  const [connection, jobs] = await Promise.all([
    call('GET', `${UPSTREAM.pathname}/connections/${id}`),
    call('GET', jobsPath(id)),
  ]);
  return statusOf(connection as Connection, jobs as Jobs);
}

async function call(method: 'GET' | 'POST', path: string, body: string | null = null): Promise<unknown> {
  const answer = await agent.request({
    origin: UPSTREAM.origin,
    path,
    method,
    headers: UPSTREAM_HEADERS,
    body,
  });
  return answer.body.json();
}

function write(response: ServerResponse, statusCode: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(statusCode, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
