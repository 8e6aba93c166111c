import { createHash } from 'node:crypto';

/** 22 characters of base64url are 132 bits. */
const ID_CHARACTERS = 22;

/** The same parts give the same id, at every replica and after every restart. */
export function eventId(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(parts.join('\0')).digest('base64url');
  return `evt_${digest.slice(0, ID_CHARACTERS)}`;
}
