import type { FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';

/** `no-cache`: changes must be visible at once. `private`: responses depend on the caller. */
const CACHE_CONTROL = 'private, no-cache';

/** 22 characters of base64url are 132 bits. */
const HASH_CHARACTERS = 22;

/** Sets the ETag of a response. Returns `body`, or responds with 304 and no body if the caller has this version. */
export function conditional<T>(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  tag: string,
  body: T,
): T | undefined {
  const { request, reply } = exchange;
  void reply.header('etag', tag).header('cache-control', CACHE_CONTROL);
  if (!matchesWeakly(request.headers['if-none-match'], tag)) return body;
  void reply.status(304);
  return undefined;
}

/** Returns a strong ETag (RFC 9110, 8.8.3) of a JSON value. */
export function strongTag(value: unknown): string {
  const digest = hash('sha256', JSON.stringify(value), 'base64url');
  return `"${digest.slice(0, HASH_CHARACTERS)}"`;
}

/** Returns a weak ETag of a JSON value. The response may have other members, which do not change the ETag. */
export function weakTag(value: unknown): string {
  return `W/${strongTag(value)}`;
}

/** Returns true if `If-None-Match` matches the ETag by weak comparison (RFC 9110, 13.1.2). */
export function matchesWeakly(header: string | undefined, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || withoutWeakness(one) === withoutWeakness(tag));
}

/** Returns true if `If-Match` matches the strong ETag by strong comparison (RFC 9110, 13.1.1). A weak tag never matches. */
export function matchesStrongly(header: string, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || one === tag);
}

const TAG_LIST = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;

/** Returns true if a header has the syntax of RFC 9110 (13.1.1): `*`, or ETags in double quotes. */
export function isTagList(header: string): boolean {
  return TAG_LIST.test(header);
}

function tagsOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim());
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '');
}
