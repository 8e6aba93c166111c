import type { Server } from 'node:http';
import type { Socket } from 'node:net';

declare module 'fastify' {
  interface FastifyInstance {
    readonly openConnections: OpenConnections;
  }
}

const DRAIN_CHECK_MS = 50;

/** The open connections of a server: closes stalled ones, and drains them during a stop. */
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
   * Closes connections whose client stops reading a response for `limitMs`. Node has timeouts for the head, the body and the
   * time between requests, but not for this. The socket timeout must not run while a response is being prepared.
   */
  closeStalled({ limitMs, checkMs }: { readonly limitMs: number; readonly checkMs: number }): void {
    const check = setInterval(() => {
      for (const socket of this.open) {
        const isSending = socket.writableLength > 0;
        // Read from the socket and not remembered here, because Node changes the timeout between requests.
        const isTimed = socket.timeout === limitMs;
        // Node closes a connection whose socket times out.
        if (isSending !== isTimed) socket.setTimeout(isSending ? limitMs : 0);
      }
    }, checkMs).unref();
    this.server.once('close', () => {
      clearInterval(check);
    });
  }

  /**
   * Closes connections when they become idle, and all others after `limitMs`. The rule of Node is not sufficient: it keeps
   * connections without any request, and closes sockets whose response is still buffered.
   * @param inUse connections with an unanswered request
   * @returns a function that ends the drain
   */
  drain(limitMs: number, inUse: () => ReadonlySet<Socket>): () => void {
    const closeIdleConnections = this.server.closeIdleConnections.bind(this.server);
    // Node and Fastify call it when they close the port.
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

  /** Closes connections that are idle in two consecutive checks. A new connection may be about to send a request. */
  private closeIdle(inUse: ReadonlySet<Socket>): void {
    const idle = [...this.open].filter((socket) => !inUse.has(socket) && socket.writableLength === 0);
    for (const socket of idle) if (this.idle.has(socket)) socket.destroy();
    this.idle = new Set(idle);
  }
}
