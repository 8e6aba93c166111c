import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

/** While requests are in flight the port stays open for so long at most, so that probes see a gateway that is not ready. */
const DRAIN_LIMIT_MS = 5000;

/** Knows the requests that are being answered, until the last byte of their answers was sent. */
export class RequestsInFlight implements BeforeApplicationShutdown {
  private readonly requests = new Set<FastifyRequest>();
  /** Those of probes, for which nobody waits. */
  private readonly probes = new Set<FastifyRequest>();
  private readonly unanswered = new Map<Socket, () => void>();
  private wake: (() => void) | null = null;

  watch(fastify: FastifyInstance): void {
    fastify.decorate('whenAnswered', this.whenAnswered.bind(this));
    fastify.addHook('onRequest', (request, _reply, done) => {
      const isProbe = request.routeOptions.config.rules?.access === 'open';
      (isProbe ? this.probes : this.requests).add(request);
      done();
    });
    // Called when the answer was sent, and when the caller has hung up.
    fastify.addHook('onResponse', (request, _reply, done) => {
      this.forget(request);
      done();
    });
    // But of requests that were sent in one go only for the first: Node tells nothing of those that wait behind it.
    fastify.server.on('connection', (socket: Socket) => {
      socket.once('close', () => {
        for (const request of this.all()) if (request.raw.socket === socket) this.forget(request);
      });
    });
  }

  /** The connections of these requests. */
  connections(): ReadonlySet<Socket> {
    return new Set(this.all().map((request) => request.raw.socket));
  }

  /** Nest calls this before it closes the port, and then waits for the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.requests.size === 0) return;
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
    const isOwed = ({ raw }: FastifyRequest): boolean => raw.socket === socket && raw.complete;
    if (this.all().some(isOwed)) this.unanswered.set(socket, then);
    else then();
  }

  private all(): FastifyRequest[] {
    return [...this.requests, ...this.probes];
  }

  private forget(request: FastifyRequest): void {
    if (!this.requests.delete(request)) this.probes.delete(request);
    if (this.requests.size === 0) this.wake?.();
    const { socket } = request.raw;
    const then = this.unanswered.get(socket);
    if (!then) return;
    this.unanswered.delete(socket);
    this.whenAnswered(socket, then);
  }

  /** Nothing was begun for requests that have not come completely, and once the port is closed Node times none out. */
  private dropUnfinished(): void {
    for (const { raw } of this.requests) if (!raw.complete) raw.destroy();
  }
}
