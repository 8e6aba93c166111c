import type { FastifyReply } from 'fastify';

/** Returns a signal that aborts after the response is sent or the client disconnects. */
export function abortOnDisconnect(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  // The client may disconnect before the handler starts.
  if (reply.raw.destroyed) closed.abort();
  reply.raw.once('close', () => {
    closed.abort();
  });
  return closed.signal;
}
