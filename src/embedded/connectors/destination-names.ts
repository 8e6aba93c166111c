/** The schema of destination postgres when its configuration names none. */
export const DEFAULT_SCHEMA = 'public';

/** The name of a stream at destinations that have no schemas: its namespace is a prefix. */
export function tableNameOf({ name, namespace }: { name: string; namespace: string | null }): string {
  return namespace === null ? name : `${namespace}_${name}`;
}
