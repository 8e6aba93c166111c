/** A stream as messages, states and counts name it; the namespace is empty where there is none. */
export interface StreamName {
  readonly name: string;
  readonly namespace: string;
}

/**
 * The one key under which a stream is kept in maps and sets. It is JSON, since both parts may hold any character: two
 * streams never share a key, whatever separator their names contain.
 */
export function streamKey({ name, namespace }: { name: string; namespace?: string | null }): string {
  return JSON.stringify([namespace ?? '', name]);
}

/** The namespace as messages have it: null where there is none. */
export function namespaceOf({ namespace }: StreamName): string | null {
  return namespace === '' ? null : namespace;
}
