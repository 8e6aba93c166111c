import { escapeIdentifier } from 'pg';

/*
 * Rule for the SQL of both Postgres connectors: a name from a user, a stream or the database passes through
 * `escapeIdentifier`. Fixed names (catalogue tables, aliases) are lower case and not quoted. The only exceptions are
 * result columns in camel case, which are members of a TypeScript type.
 */

/** The quoted name of an object in a schema. */
export function qualified(schema: string, name: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** The quoted names, separated by commas. */
export function nameList(names: readonly string[]): string {
  return names.map(escapeIdentifier).join(', ');
}
