/** The defaults of both Postgres connectors. */
export const DEFAULT_SCHEMA = 'public';
export const DEFAULT_PORT = 5432;

/** The table name of a stream at a destination without schemas: the namespace becomes a prefix. */
export function tableNameOf({ name, namespace }: { name: string; namespace: string | null }): string {
  return namespace === null ? name : `${namespace}_${name}`;
}
