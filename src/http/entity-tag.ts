import { hash } from 'node:crypto';

/** 128 bits of a hash are plenty to tell versions of one resource apart. */
const HASH_CHARACTERS = 22;

/** A strong entity tag (RFC 9110, 8.8.3) over a JSON value. */
export function strongTag(value: unknown): string {
  const digest = hash('sha256', JSON.stringify(value), 'base64url');
  return `"${digest.slice(0, HASH_CHARACTERS)}"`;
}

/** A weak one: what differs in members that were left out of `value` counts as the same. */
export function weakTag(value: unknown): string {
  return `W/${strongTag(value)}`;
}

/** Whether an `If-None-Match` names this tag: weak comparison (RFC 9110, 13.1.2). */
export function matchesWeakly(header: string | undefined, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || withoutWeakness(one) === withoutWeakness(tag));
}

/** Whether an `If-Match` names this tag: strong comparison, under which no weak tag matches (RFC 9110, 13.1.1). */
export function matchesStrongly(header: string, tag: string): boolean {
  return tagsOf(header).some((one) => one === '*' || one === tag);
}

const TAG_LIST = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;

/** Whether the header has the form of RFC 9110 (13.1.1): `*`, or tags in double quotes. */
export function isTagList(header: string): boolean {
  return TAG_LIST.test(header);
}

function tagsOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim());
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '');
}
