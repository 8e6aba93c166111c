/** The default schema of destination postgres. */
export const DEFAULT_SCHEMA = 'public';

/** The table name of a stream at a destination without schemas: the namespace becomes a prefix. */
export function tableNameOf({ name, namespace }: { name: string; namespace: string | null }): string {
  return namespace === null ? name : `${namespace}_${name}`;
}
