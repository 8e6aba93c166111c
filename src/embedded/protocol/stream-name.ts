/** Name and namespace of a stream. The namespace is empty if there is none. */
export interface StreamName {
  readonly name: string;
  readonly namespace: string;
}

/**
 * The key of a stream in maps and sets. It is JSON, because both parts may contain any separator.
 */
export function streamKey({ name, namespace }: { name: string; namespace?: string | null }): string {
  return JSON.stringify([namespace ?? '', name]);
}

/** The namespace for messages: null if there is none. */
export function namespaceOf({ namespace }: StreamName): string | null {
  return namespace === '' ? null : namespace;
}
