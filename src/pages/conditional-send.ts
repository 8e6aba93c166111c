import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { matchesWeakly } from '../http/conditional';

/** A text that is served as it is. */
export interface Page {
  readonly tag: string;
  readonly type: string;
  /** Joined they are the body. They are shared by all answers and never copied. */
  readonly parts: readonly Buffer[];
}

/** Everybody may keep it, and has to ask before each use whether it is current. */
const CACHE_CONTROL = 'public, no-cache';

/**
 * Sends a page, or 304 to a caller who has it. As a stream, so that answers which wait for a slow reader hold references to
 * the same bytes.
 */
export function sendPage({ headers }: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  void reply.headers({ etag: page.tag, 'cache-control': CACHE_CONTROL });
  if (matchesWeakly(headers['if-none-match'], page.tag)) return reply.status(304).send();
  const length = page.parts.reduce((sum, part) => sum + part.length, 0);
  void reply.headers({ 'content-type': page.type, 'content-length': length });
  return reply.send(Readable.from(page.parts, { objectMode: false }));
}
