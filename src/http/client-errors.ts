import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { asProblem } from '../api/problem/as-problem';
import { problemBody, problemHeaders } from '../api/problem/problem-body';
import type { ProblemException } from '../api/problem/problem.exception';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id';
import { API_HEADERS } from './security-headers';

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls `then` when all complete requests of a connection are answered. */
    whenAnswered?(socket: Socket, then: () => void): void;
  }
}

type ClientError = Error & { readonly code?: string };

/** Time limit for a refused client to close its side of the connection. */
const LINGER_MS = 1000;

/** Answers input that the HTTP parser of Node rejects. Earlier requests of the connection are answered first. */
export function writeClientError(this: FastifyInstance, error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const write = (): void => {
    writeFinalResponse(socket, clientProblem(error));
  };
  if (this.whenAnswered) this.whenAnswered(socket, write);
  else write();
}

/** Writes an error response directly to the socket and closes the connection. */
export function writeFinalResponse(socket: Socket, problem: ProblemException): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf({ headers: {} });
  const body = JSON.stringify(problemBody(problem, { url: '/', requestId }));
  const headers = {
    ...API_HEADERS,
    ...problemHeaders(problem),
    [REQUEST_ID_HEADER]: requestId,
    connection: 'close',
  };
  const head = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(`HTTP/1.1 ${problem.status} ${problem.code}\r\n${head}\r\n${body}`);
}

/** Statuses of errors of the HTTP parser; 400 for the others. */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function clientProblem({ code = '', message }: ClientError): ProblemException {
  return asProblem(Object.assign(new Error(message), { statusCode: STATUSES[code] ?? 400 }));
}
