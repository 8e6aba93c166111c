import type { FastifyReply } from 'fastify';

/** Returns a signal that aborts when the response is closed: it was sent, or the client has disconnected. */
export function abortOnDisconnect(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  // The client may have disconnected before the handler started.
  if (reply.raw.destroyed) closed.abort();
  reply.raw.once('close', () => {
    closed.abort();
  });
  return closed.signal;
}
