import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { ProblemException } from '../../api/problem/problem.exception';
import { writeFinalResponse } from '../client-errors';

/** At shutdown, the port stays open for at most this time while requests are in flight, so that probes get "not ready". */
const DRAIN_LIMIT_MS = 5000;

/**
 * Maximum number of concurrent requests per connection. A client may pipeline requests without reading the responses, so
 * this limit bounds the buffered responses.
 */
const MAX_ANSWERING = { anonymous: 2, signedIn: 4 } as const;
/** The gateway closes a connection with more unanswered requests. Browsers and common HTTP libraries do not pipeline. */
const MAX_UNANSWERED = 128;

interface Connection {
  /** Unanswered requests, in order of arrival. */
  readonly requests: FastifyRequest[];
  /** Continuations of requests that wait for earlier responses on the connection. */
  readonly held: (() => void)[];
  answering: number;
  isSignedIn: boolean;
  isRefused: boolean;
}

/** Tracks requests until the last byte of the response is sent. */
export class RequestsInFlight implements BeforeApplicationShutdown {
  /**
   * One Set of all requests would leak memory: V8 (Node 20) links the old tables of a rehashed Set, which retain answered
   * requests.
   */
  private readonly byConnection = new Map<Socket, Connection>();
  private readonly callbacks = new Map<Socket, () => void>();
  private wake: (() => void) | null = null;

  watch(fastify: FastifyInstance): void {
    fastify.decorate('whenAnswered', this.whenAnswered.bind(this));
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.admit(request, done);
    });
    // Fastify calls this hook after it sends the response, or after the client disconnects.
    fastify.addHook('onResponse', (request, _reply, done) => {
      this.remove(request);
      done();
    });
  }

  /** Returns the connections with unanswered requests. */
  connections(): ReadonlySet<Socket> {
    const busy = [...this.byConnection].filter(([, { requests }]) => requests.length > 0);
    return new Set(busy.map(([socket]) => socket));
  }

  /** Nest calls this method before it closes the port. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.pending().length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.dropIncomplete();
        resolve();
      }, DRAIN_LIMIT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ignores incomplete requests, because the rest of their input will not arrive. */
  private whenAnswered(socket: Socket, then: () => void): void {
    if (this.byConnection.get(socket)?.requests.some(({ raw }) => raw.complete))
      this.callbacks.set(socket, then);
    else then();
  }

  /** Admits a request, queues it behind earlier requests of the connection, or refuses the connection. */
  private admit(request: FastifyRequest, pass: () => void): void {
    const { socket } = request.raw;
    const connection = this.connectionOf(socket);
    if (connection.isRefused) return;
    if (connection.requests.length >= MAX_UNANSWERED) {
      connection.isRefused = true;
      socket.pause();
      this.whenAnswered(socket, () => {
        writeFinalResponse(socket, tooManyUnanswered());
      });
      return;
    }
    connection.requests.push(request);
    if (connection.answering < limitOf(connection)) {
      connection.answering++;
      pass();
    } else connection.held.push(pass);
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.byConnection.get(socket);
    if (known) return known;
    const connection = { requests: [], held: [], answering: 0, isSignedIn: false, isRefused: false };
    this.byConnection.set(socket, connection);
    // When a client disconnects, Fastify calls `onResponse` only for the first of its pipelined requests.
    socket.once('close', () => {
      this.byConnection.delete(socket);
      this.checkDrained();
      this.runCallback(socket);
    });
    return connection;
  }

  private remove(request: FastifyRequest): void {
    const { socket } = request.raw;
    const connection = this.byConnection.get(socket);
    const index = connection?.requests.indexOf(request) ?? -1;
    if (connection && index >= 0) {
      connection.requests.splice(index, 1);
      connection.answering--;
      connection.isSignedIn ||= request.caller !== undefined;
      while (connection.answering < limitOf(connection) && connection.held.length > 0) {
        connection.answering++;
        connection.held.shift()?.();
      }
    }
    this.checkDrained();
    this.runCallback(socket);
  }

  private runCallback(socket: Socket): void {
    const then = this.callbacks.get(socket);
    if (!then) return;
    this.callbacks.delete(socket);
    this.whenAnswered(socket, then);
  }

  private checkDrained(): void {
    if (this.wake && this.pending().length === 0) this.wake();
  }

  /** Returns the unanswered requests, except those of open routes such as probes. */
  private pending(): FastifyRequest[] {
    const all = [...this.byConnection.values()].flatMap(({ requests }) => requests);
    return all.filter((request) => request.routeOptions.config.rules?.access !== 'open');
  }

  /** Closes incomplete requests, because Node applies no timeouts after the port is closed. */
  private dropIncomplete(): void {
    for (const { raw } of this.pending()) if (!raw.complete) raw.destroy();
  }
}

function limitOf({ isSignedIn }: Connection): number {
  return isSignedIn ? MAX_ANSWERING.signedIn : MAX_ANSWERING.anonymous;
}

function tooManyUnanswered(): ProblemException {
  return new ProblemException(
    'malformed-request',
    `A connection may have at most ${MAX_UNANSWERED} unanswered requests. Read the answers before you send more.`,
  );
}
