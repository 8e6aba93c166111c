import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { matchesWeakly } from '../http/conditional';

/** A static page. */
export interface Page {
  readonly tag: string;
  readonly type: string;
  /** Parts of the body, shared by all responses. */
  readonly parts: readonly Buffer[];
}

/** Caches may store a page, but must revalidate it before each use. */
const CACHE_CONTROL = 'public, no-cache';

/**
 * Sends a page, or 304 if the caller has this version. Streams the page, so that responses to slow clients share the same
 * buffers.
 */
export function sendPage({ headers }: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  void reply.headers({ etag: page.tag, 'cache-control': CACHE_CONTROL });
  if (matchesWeakly(headers['if-none-match'], page.tag)) return reply.status(304).send();
  const length = page.parts.reduce((sum, part) => sum + part.length, 0);
  void reply.headers({ 'content-type': page.type, 'content-length': length });
  return reply.send(Readable.from(page.parts, { objectMode: false }));
}
