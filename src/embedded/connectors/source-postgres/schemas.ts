import type { Client } from 'pg';
import { nearestName } from '../../configuration/nearest-name';
import { configError } from '../../protocol/connector';
import { readRelations, shownName, type Relation } from './tables';

const MAX_NAMES = 10;

interface Schema {
  readonly name: string;
  readonly isUsable: boolean;
}

/** The readable relations of the configured schemas. */
export interface Offer {
  readonly relations: readonly Relation[];
  /** Messages about tables that are omitted or cannot be read completely. */
  readonly warnings: readonly string[];
}

/**
 * The relations that the role may read.
 * @throws ConnectorError config_error if a schema is missing, or the role may not use it or read any of its tables
 */
export async function readOffer(
  client: Client,
  schemas: readonly string[],
  username: string,
): Promise<Offer> {
  const { rows: all } = await client.query<Schema>(
    `SELECT nspname AS name, has_schema_privilege(oid, 'USAGE') AS "isUsable" FROM pg_namespace`,
  );
  for (const schema of schemas) assertUsable(schema, all, username);
  const relations = await readRelations(client, schemas);
  const readable = relations.filter(({ isReadable }) => isReadable);
  const warnings: string[] = [];
  for (const schema of schemas) {
    const inSchema = relations.filter((relation) => relation.schema === schema);
    const hidden = inSchema.filter(({ isReadable }) => !isReadable);
    if (hidden.length > 0) {
      const reason = `${username} may not read all columns of ${namesOf(hidden)}. Grant SELECT on ${hidden.length === 1 ? 'it' : 'them'} as a whole`;
      if (hidden.length === inSchema.length)
        throw configError(`schemas: ${reason}, or read another schema than ${schema}.`);
      warnings.push(`${reason}: until then ${hidden.length === 1 ? 'it is' : 'they are'} omitted.`);
    } else if (inSchema.length === 0) {
      const problem = `The schema ${schema} has no table and no view`;
      if (readable.length === 0)
        throw configError(`schemas: ${problem}. Create one, or read another schema.`);
      warnings.push(`${problem}.`);
    }
  }
  const limited = readable.filter(({ hasRowSecurity }) => hasRowSecurity);
  if (limited.length > 0)
    warnings.push(
      `Row-level security hides rows of ${namesOf(limited)} from ${username}: a sync of ${limited.length === 1 ? 'it' : 'them'} fails, because the data would be incomplete.`,
    );
  return { relations: readable, warnings };
}

function assertUsable(name: string, all: readonly Schema[], username: string): void {
  const schema = all.find((known) => known.name === name);
  if (schema === undefined) {
    const near = nearestName(
      name,
      all.map((known) => known.name).filter((known) => !known.startsWith('pg_')),
    );
    throw configError(
      `schemas: the database has no schema ${JSON.stringify(name)}.${near === null ? ' Check its spelling; names are case-sensitive.' : ` Did you mean ${JSON.stringify(near)}?`}`,
    );
  }
  if (!schema.isUsable)
    throw configError(
      `schemas: ${username} may not use the schema ${name}. Grant USAGE on it, and SELECT on its tables.`,
    );
}

function namesOf(relations: readonly Relation[]): string {
  const shown = relations.slice(0, MAX_NAMES).map(shownName).join(', ');
  return relations.length > MAX_NAMES ? `${shown} and ${relations.length - MAX_NAMES} more` : shown;
}
