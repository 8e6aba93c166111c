import type { FastifyReply } from 'fastify';

/** Aborts when the caller has gone, or has its answer: nothing need be done for it any more. */
export function abortOnDisconnect(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // It may have gone before its turn came.
  if (reply.raw.destroyed) gone.abort();
  reply.raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}
