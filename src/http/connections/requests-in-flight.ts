import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { ProblemException } from '../../api/problem/problem.exception';
import { writeFinalResponse } from '../client-errors';

/** While requests are in flight the port stays open for so long at most, so that probes see a gateway that is not ready. */
const DRAIN_LIMIT_MS = 5000;

/**
 * How many requests of one connection are answered at one time. A caller may pipeline requests and never read an answer, so
 * this bounds the answers that wait in memory. A connection that has brought a caller's credentials gets more.
 */
const MAX_ANSWERING = { anonymous: 4, signedIn: 16 } as const;
/** More unanswered requests than this end the connection. Browsers and HTTP libraries do not pipeline at all. */
const MAX_UNANSWERED = 128;

interface Connection {
  /** Unanswered requests in order of arrival. */
  readonly requests: FastifyRequest[];
  /** Continuations of the requests that wait until earlier ones of the connection are answered. */
  readonly held: (() => void)[];
  answering: number;
  isSignedIn: boolean;
  isRefused: boolean;
}

/** Tracks the requests that are being answered, until the last byte of their answers was sent. */
export class RequestsInFlight implements BeforeApplicationShutdown {
  /**
   * By connection, which outlives many requests. In one set of requests V8 would keep what has long been answered: a table
   * that has outgrown itself still leads to its successors and to all that they held.
   */
  private readonly byConnection = new Map<Socket, Connection>();
  private readonly unanswered = new Map<Socket, () => void>();
  private wake: (() => void) | null = null;

  watch(fastify: FastifyInstance): void {
    fastify.decorate('whenAnswered', this.whenAnswered.bind(this));
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.admit(request, done);
    });
    // Called when the answer was sent, and when the caller has hung up.
    fastify.addHook('onResponse', (request, _reply, done) => {
      this.forget(request);
      done();
    });
  }

  /** The connections of these requests. */
  connections(): ReadonlySet<Socket> {
    const busy = [...this.byConnection].filter(([, { requests }]) => requests.length > 0);
    return new Set(busy.map(([socket]) => socket));
  }

  /** Nest calls this before it closes the port, and then waits for the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.awaited().length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.dropUnfinished();
        resolve();
      }, DRAIN_LIMIT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What has not come completely by now never will. */
  private whenAnswered(socket: Socket, then: () => void): void {
    if (this.byConnection.get(socket)?.requests.some(({ raw }) => raw.complete))
      this.unanswered.set(socket, then);
    else then();
  }

  /** Lets a request pass, holds it until earlier ones of its connection are answered, or refuses the connection. */
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
    // Of pipelined requests Fastify reports only the first when the caller hangs up.
    socket.once('close', () => {
      this.byConnection.delete(socket);
      this.look();
      this.goOn(socket);
    });
    return connection;
  }

  private forget(request: FastifyRequest): void {
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
    this.look();
    this.goOn(socket);
  }

  private goOn(socket: Socket): void {
    const then = this.unanswered.get(socket);
    if (!then) return;
    this.unanswered.delete(socket);
    this.whenAnswered(socket, then);
  }

  private look(): void {
    if (this.wake && this.awaited().length === 0) this.wake();
  }

  /** Nobody waits for the answers to probes. */
  private awaited(): FastifyRequest[] {
    const all = [...this.byConnection.values()].flatMap(({ requests }) => requests);
    return all.filter((request) => request.routeOptions.config.rules?.access !== 'open');
  }

  /** Nothing was begun for requests that have not come completely, and once the port is closed Node times none out. */
  private dropUnfinished(): void {
    for (const { raw } of this.awaited()) if (!raw.complete) raw.destroy();
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
