import type { FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';

/** Revalidate before each use, because changes must be visible at once. `private`, because responses depend on the caller. */
const CACHE_CONTROL = 'private, no-cache';

/** 22 characters of base64url are 128 bits. */
const HASH_CHARACTERS = 22;

/** Sets the entity tag of a response. Returns `body`, or 304 without a body if the caller already has this version. */
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

/** A strong entity tag (RFC 9110, 8.8.3) of a JSON value. */
export function strongTag(value: unknown): string {
  const digest = hash('sha256', JSON.stringify(value), 'base64url');
  return `"${digest.slice(0, HASH_CHARACTERS)}"`;
}

/** A weak entity tag of a JSON value. Members that are not part of `value` do not change it. */
export function weakTag(value: unknown): string {
  return `W/${strongTag(value)}`;
}

/** Whether an `If-None-Match` contains the tag, by weak comparison (RFC 9110, 13.1.2). */
export function matchesWeakly(header: string | undefined, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || withoutWeakness(one) === withoutWeakness(tag));
}

/** Whether an `If-Match` contains the tag, by strong comparison, which weak tags never satisfy (RFC 9110, 13.1.1). */
export function matchesStrongly(header: string, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || one === tag);
}

const TAG_LIST = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;

/** Whether a header has the form of RFC 9110 (13.1.1): `*`, or tags in double quotes. */
export function isTagList(header: string): boolean {
  return TAG_LIST.test(header);
}

function tagsOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim());
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '');
}
