import type { Server } from 'node:http';
import type { Socket } from 'node:net';

declare module 'fastify' {
  interface FastifyInstance {
    readonly openConnections: OpenConnections;
  }
}

const DRAIN_CHECK_MS = 50;

/** Tracks the open connections of a server. Closes stalled connections and drains connections at shutdown. */
export class OpenConnections {
  private readonly open = new Set<Socket>();
  private idle = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /**
   * Closes a connection if its client does not read a response for `limitMs`. Node has no timeout for this case. The socket
   * timeout must not run while the gateway prepares a response.
   */
  closeStalled({ limitMs, checkMs }: { readonly limitMs: number; readonly checkMs: number }): void {
    const check = setInterval(() => {
      for (const socket of this.open) {
        const isSending = socket.writableLength > 0;
        // Node changes the socket timeout between requests, so a stored value would become wrong.
        const isTimed = socket.timeout === limitMs;
        // Node destroys a socket when it times out.
        if (isSending !== isTimed) socket.setTimeout(isSending ? limitMs : 0);
      }
    }, checkMs).unref();
    this.server.once('close', () => {
      clearInterval(check);
    });
  }

  /**
   * Closes connections when they become idle. Closes the remaining connections after `limitMs`. `closeIdleConnections` of
   * Node is not sufficient: it keeps connections without a request, and it closes sockets that still buffer a response.
   * @param inUse connections with an unanswered request
   * @returns a function that ends the drain
   */
  drain(limitMs: number, inUse: () => ReadonlySet<Socket>): () => void {
    const closeIdleConnections = this.server.closeIdleConnections.bind(this.server);
    // Node and Fastify call this method when they close the port.
    this.server.closeIdleConnections = () => undefined;
    const check = setInterval(() => {
      this.closeIdle(inUse());
    }, DRAIN_CHECK_MS);
    const limit = setTimeout(() => {
      this.server.closeAllConnections();
    }, limitMs);
    return () => {
      clearInterval(check);
      clearTimeout(limit);
      this.server.closeIdleConnections = closeIdleConnections;
    };
  }

  /** Closes connections that are idle in two consecutive checks, because a new connection may be about to send a request. */
  private closeIdle(inUse: ReadonlySet<Socket>): void {
    const idle = [...this.open].filter((socket) => !inUse.has(socket) && socket.writableLength === 0);
    for (const socket of idle) if (this.idle.has(socket)) socket.destroy();
    this.idle = new Set(idle);
  }
}
