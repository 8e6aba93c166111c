import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** While requests are in flight the port stays open for so long at most, so that probes see a gateway that is not ready. */
const DRAIN_LIMIT_MS = 5000;

/** Knows the requests that are being answered, those of probes aside. */
export class RequestsInFlight implements BeforeApplicationShutdown {
  private readonly requests = new Set<FastifyRequest>();
  private wake: (() => void) | null = null;

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) => {
      if (request.routeOptions.config.rules?.access !== 'open') this.requests.add(request);
      done();
    });
    // Called when the answer was sent, and when the caller has hung up.
    fastify.addHook('onResponse', (request, _reply, done) => {
      this.requests.delete(request);
      if (this.requests.size === 0) this.wake?.();
      done();
    });
  }

  /** Nest calls this before it closes the port, and then waits for the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.requests.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_LIMIT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
