import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

/** While requests are in flight the port stays open for so long at most, so that probes see a gateway that is not ready. */
const DRAIN_LIMIT_MS = 5000;

/** Knows the requests that are being answered, until the last byte of their answers was sent. */
export class RequestsInFlight implements BeforeApplicationShutdown {
  /**
   * By connection, which outlives many requests. In one set of requests V8 would keep what has long been answered: a table
   * that has outgrown itself still leads to its successors and to all that they held.
   */
  private readonly byConnection = new Map<Socket, FastifyRequest[]>();
  private readonly unanswered = new Map<Socket, () => void>();
  private wake: (() => void) | null = null;

  watch(fastify: FastifyInstance): void {
    fastify.decorate('whenAnswered', this.whenAnswered.bind(this));
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.on(request.raw.socket).push(request);
      done();
    });
    // Called when the answer was sent, and when the caller has hung up.
    fastify.addHook('onResponse', (request, _reply, done) => {
      this.forget(request);
      done();
    });
  }

  /** The connections of these requests. */
  connections(): ReadonlySet<Socket> {
    const busy = [...this.byConnection].filter(([, requests]) => requests.length > 0);
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
    if (this.byConnection.get(socket)?.some(({ raw }) => raw.complete)) this.unanswered.set(socket, then);
    else then();
  }

  private on(socket: Socket): FastifyRequest[] {
    const known = this.byConnection.get(socket);
    if (known) return known;
    const requests: FastifyRequest[] = [];
    this.byConnection.set(socket, requests);
    // Of requests that were sent in one go Fastify tells only of the first when the caller hangs up.
    socket.once('close', () => {
      this.byConnection.delete(socket);
      this.look();
      this.goOn(socket);
    });
    return requests;
  }

  private forget(request: FastifyRequest): void {
    const requests = this.byConnection.get(request.raw.socket);
    const index = requests?.indexOf(request) ?? -1;
    if (index >= 0) requests?.splice(index, 1);
    this.look();
    this.goOn(request.raw.socket);
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
    const all = [...this.byConnection.values()].flat();
    return all.filter((request) => request.routeOptions.config.rules?.access !== 'open');
  }

  /** Nothing was begun for requests that have not come completely, and once the port is closed Node times none out. */
  private dropUnfinished(): void {
    for (const { raw } of this.awaited()) if (!raw.complete) raw.destroy();
  }
}
