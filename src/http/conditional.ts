import type { FastifyReply, FastifyRequest } from 'fastify';
import { matchesWeakly } from './entity-tag';

/**
 * Every use has to ask again, since a change must show at once; what has not changed costs a 304 without a body.
 * The answer may depend on who asks, so only their own cache may keep it.
 */
const REVALIDATE = 'private, no-cache';

/** Answers with the tag of `body`, and with 304 and no body at all to who has it already. */
export function conditional<T>(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  tag: string,
  body: T,
): T | undefined {
  const { request, reply } = exchange;
  void reply.header('etag', tag).header('cache-control', REVALIDATE);
  if (!matchesWeakly(request.headers['if-none-match'], tag)) return body;
  void reply.status(304);
  return undefined;
}
