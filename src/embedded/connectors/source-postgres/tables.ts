import type { Client } from 'pg';
import type { JsonObject } from '../../platform/json';
import { keyRefusal } from './key-types';
import { orderOf, readTypes, schemaOf, type PostgresTypes } from './column-types';

/** A table or view that can be a stream. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `relkind`: r table, p partitioned table, v view, m materialized view, f foreign table. */
  readonly kind: string;
  /** Whether the role may read every column. */
  readonly isReadable: boolean;
  /** Whether row-level security hides rows from the role. */
  readonly hasRowSecurity: boolean;
}

/** A column of a relation. */
export interface Column {
  readonly relation: number;
  readonly name: string;
  readonly type: number;
  /** The modifier of the type, for example its length, or -1. */
  readonly typmod: number;
  readonly collation: string | null;
  /** Whether only identical texts are equal. */
  readonly isDeterministic: boolean;
  readonly isNotNull: boolean;
  /** The position in the primary key, from 1, or null. Also null if child tables could repeat a key. */
  readonly keyPlace: number | null;
}

/**
 * Partitions are read through their parent. Temporary tables of this product's destination are excluded.
 */
const RELATIONS = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
    COALESCE(has_table_privilege(c.oid, 'SELECT'), false) AS "isReadable", row_security_active(c.oid) AS "hasRowSecurity"
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname = ANY ($1::text[])
    AND c.relname !~ '^_airbyte_(new|check)_[0-9a-f]{16,64}$'
  ORDER BY n.nspname, c.relname`;

const COLUMNS = `
  SELECT a.attrelid AS relation, a.attname AS name, a.atttypid AS type, a.atttypmod AS typmod,
    a.attnotnull AS "isNotNull", cn.nspname || '.' || co.collname AS collation,
    -- Postgres 11 has no such column, and all its collations are deterministic.
    COALESCE((to_jsonb(co) ->> 'collisdeterministic')::boolean, true) AS "isDeterministic",
    array_position(i.indkey::int2[], a.attnum) + 1 AS "keyPlace"
  FROM pg_attribute AS a
  LEFT JOIN pg_collation AS co ON co.oid = a.attcollation
  LEFT JOIN pg_namespace AS cn ON cn.oid = co.collnamespace
  LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
    AND NOT EXISTS (SELECT FROM pg_inherits AS h JOIN pg_class AS hc ON hc.oid = h.inhrelid
      WHERE h.inhparent = a.attrelid AND NOT hc.relispartition)
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum`;

/** All relations of some schemas, also those that the role may not read. */
export async function readRelations(client: Client, schemas: readonly string[]): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(RELATIONS, [schemas]);
  return rows;
}

/** A relation with its ordered columns and their types. */
export interface Table extends Relation {
  readonly columns: readonly Column[];
  readonly types: PostgresTypes;
}

/** Adds the columns and their types. */
export async function withColumns(client: Client, relations: readonly Relation[]): Promise<Table[]> {
  const { rows } = await client.query<Column>(COLUMNS, [relations.map(({ oid }) => oid)]);
  const types = await readTypes(
    client,
    rows.map(({ type }) => type),
  );
  const columns = new Map<number, Column[]>();
  for (const column of rows) {
    const known = columns.get(column.relation);
    if (known === undefined) columns.set(column.relation, [column]);
    else known.push(column);
  }
  return relations.map((relation) => ({ ...relation, types, columns: columns.get(relation.oid) ?? [] }));
}

/** The columns of the primary key, in the key's order. */
export function keyOf({ columns }: Table): string[] {
  return columns
    .filter(({ keyPlace }) => keyPlace !== null)
    .sort((a, b) => (a.keyPlace ?? 0) - (b.keyPlace ?? 0))
    .map(({ name }) => name);
}

/** A table as a stream of the CATALOG message. */
export function toStream(table: Table): JsonObject {
  const { name, schema, columns, types } = table;
  const refusals = columns.map(({ type }) => orderOf(types, type));
  const canBeIncremental = refusals.some((order) => !('refused' in order));
  return {
    name,
    namespace: schema,
    json_schema: {
      type: 'object',
      properties: Object.fromEntries(
        columns.map((column, index) => {
          const order = refusals[index];
          const notKey = keyRefusal(types, column);
          // Extensions of this product: the reasons why a column cannot be the cursor or part of the key.
          const marks = {
            ...(order !== undefined && 'refused' in order ? { 'x-cursor-refused': order.refused } : {}),
            ...(notKey === null ? {} : { 'x-key-refused': notKey }),
          };
          return [column.name, { ...schemaOf(types, column.type), ...marks }];
        }),
      ),
    },
    supported_sync_modes: canBeIncremental ? ['full_refresh', 'incremental'] : ['full_refresh'],
    source_defined_primary_key: keyOf(table).map((column) => [column]),
  };
}

/** A table's name as users write it. */
export function shownName({ schema, name }: { schema: string; name: string }): string {
  return `${schema}.${name}`;
}
