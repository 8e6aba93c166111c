import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 50;

/**
 * Ends a server's connections in order. Node's own rule, when it closes, is not good enough: it keeps connections on which
 * nothing was ever sent, and cuts off callers that are slow to read answers which it takes for sent.
 */
export class OpenConnections {
  private readonly open = new Set<Socket>();
  private idle = new Set<Socket>();

  /** @param inUse connections on which a request is being answered, or its answer sent */
  constructor(
    private readonly server: Server,
    private readonly inUse: () => ReadonlySet<Socket>,
  ) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /** From now on ends connections as they fall idle; after the limit all others too. @returns stops doing so */
  drain(limitMs: number): () => void {
    // Node and Fastify call it when they close the port.
    this.server.closeIdleConnections = () => undefined;
    const look = setInterval(() => {
      this.endIdle();
    }, LOOK_EVERY_MS);
    const limit = setTimeout(() => {
      this.server.closeAllConnections();
    }, limitMs);
    return () => {
      clearInterval(look);
      clearTimeout(limit);
    };
  }

  /** Idle twice in a row: what was opened a moment ago may be about to bring a request. */
  private endIdle(): void {
    const inUse = this.inUse();
    const idle = [...this.open].filter((socket) => !inUse.has(socket) && socket.writableLength === 0);
    for (const socket of idle) if (this.idle.has(socket)) socket.destroy();
    this.idle = new Set(idle);
  }
}
