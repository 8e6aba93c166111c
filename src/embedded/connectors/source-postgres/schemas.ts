import type { Client } from 'pg';
import { nearestName } from '../../configuration/nearest-name';
import { ConnectorError } from '../../protocol/connector';
import { readRelations, shownName, type Relation } from './tables';

const MAX_NAMES = 10;

interface Schema {
  readonly name: string;
  readonly isUsable: boolean;
}

/** What the schemas of a configuration offer, and what they hide. */
export interface Offer {
  readonly relations: readonly Relation[];
  /** Sentences about tables that are left out or cannot be read wholly. */
  readonly warnings: readonly string[];
}

/**
 * The relations that the role may read.
 * @throws ConnectorError config_error when a schema is missing, closed to the role or hides all of its tables
 */
export async function readOffer(
  client: Client,
  schemas: readonly string[],
  username: string,
): Promise<Offer> {
  const { rows: all } = await client.query<Schema>(
    `SELECT "nspname" AS "name", has_schema_privilege("oid", 'USAGE') AS "isUsable" FROM pg_namespace`,
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
        throw wrong(`schemas: ${reason}, or read another schema than ${schema}.`);
      warnings.push(`${reason}: until then ${hidden.length === 1 ? 'it is' : 'they are'} left out.`);
    } else if (inSchema.length === 0) {
      const problem = `The schema ${schema} has no table and no view`;
      if (readable.length === 0) throw wrong(`schemas: ${problem}. Create one, or read another schema.`);
      warnings.push(`${problem}.`);
    }
  }
  const limited = readable.filter(({ hasRowSecurity }) => hasRowSecurity);
  if (limited.length > 0)
    warnings.push(
      `Row-level security hides rows of ${namesOf(limited)} from ${username}: a sync of ${limited.length === 1 ? 'it' : 'them'} fails, since it would be partial.`,
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
    throw wrong(
      `schemas: the database has no schema ${JSON.stringify(name)}.${near === null ? ' Check its spelling, capitals included.' : ` Is ${JSON.stringify(near)} meant?`}`,
    );
  }
  if (!schema.isUsable)
    throw wrong(
      `schemas: ${username} may not use the schema ${name}. Grant USAGE on it, and SELECT on its tables.`,
    );
}

function namesOf(relations: readonly Relation[]): string {
  const shown = relations.slice(0, MAX_NAMES).map(shownName).join(', ');
  return relations.length > MAX_NAMES ? `${shown} and ${relations.length - MAX_NAMES} more` : shown;
}

function wrong(message: string): ConnectorError {
  return new ConnectorError('config_error', message);
}
