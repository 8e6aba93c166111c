/**
 * Maximum age that a request accepts (RFC 9111, section 5.2.1): 0 for `no-cache`, else that of `max-age`.
 * @returns milliseconds; null if the request does not say
 */
export function requestedMaxAgeMs(cacheControl: string | undefined): number | null {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.includes('no-cache')) return 0;
  const seconds = directives.map((directive) => /^max-age="?(\d{1,9})"?$/.exec(directive)?.[1]);
  const known = seconds.filter((text) => text !== undefined).map(Number);
  return known.length === 0 ? null : Math.min(...known) * 1000;
}

/** Value of the `Age` header (RFC 9111, section 5.1). */
export function ageInSeconds(ageMs: number): string {
  return String(Math.max(0, Math.floor(ageMs / 1000)));
}
