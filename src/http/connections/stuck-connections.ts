import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends connections of whose answers nothing more is read for so long. Node times heads and bodies of requests, and the time
 * between two; these would hold their sockets for good. A socket's own timeout knows whether a write gets on, but must
 * not run while an answer is waited for.
 */
export function endStuckConnections(
  server: Server,
  { limitMs, checkMs }: { readonly limitMs: number; readonly checkMs: number },
): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const look = setInterval(() => {
    for (const socket of open) {
      const isTimed = socket.timeout === limitMs;
      const isSending = socket.writableLength > 0;
      // Node ends a connection whose timeout nobody else listens to.
      if (isSending !== isTimed) socket.setTimeout(isSending ? limitMs : 0);
    }
  }, checkMs).unref();
  server.once('close', () => {
    clearInterval(look);
  });
}
