import type { Client } from 'pg';
import type { JsonObject } from '../../json';

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** As `format_type` writes it, e.g. `numeric(10,2)`. */
  readonly type: string;
  readonly key: boolean;
}

/** What a user may read: tables, partitioned tables, views and foreign tables, with their columns and primary keys. */
const COLUMNS = `
  SELECT n.nspname AS "schema", c.relname AS "table", a.attname AS "name", format_type(a.atttypid, a.atttypmod) AS "type",
    COALESCE(a.attnum = ANY (i.indkey), false) AS "key"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname = ANY ($1)
    AND has_table_privilege(c.oid, 'SELECT')
  ORDER BY 1, 2, a.attnum`;

/** The columns of the schemas, in the order of the tables. */
export async function readColumns(client: Client, schemas: readonly string[]): Promise<Column[]> {
  const { rows } = await client.query<Column>(COLUMNS, [schemas]);
  return rows;
}

/** The streams of the CATALOG message: one per table. */
export async function readCatalog(client: Client, schemas: readonly string[]): Promise<JsonObject> {
  const tables = new Map<string, Column[]>();
  for (const column of await readColumns(client, schemas)) {
    const key = JSON.stringify([column.schema, column.table]);
    tables.set(key, [...(tables.get(key) ?? []), column]);
  }
  return { streams: [...tables.values()].map(toStream) };
}

function toStream(columns: readonly Column[]): JsonObject {
  const [first] = columns;
  return {
    name: first?.table ?? '',
    namespace: first?.schema ?? '',
    json_schema: {
      type: 'object',
      properties: Object.fromEntries(columns.map(({ name, type }) => [name, schemaOf(type)])),
    },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_primary_key: columns.filter(({ key }) => key).map(({ name }) => [name]),
  };
}

/** The JSON schema of a column, with Airbyte's marks for what JSON alone does not tell. */
function schemaOf(type: string): JsonObject {
  if (type.endsWith('[]')) return { type: ['null', 'array'] };
  const [base = ''] = type.split('(');
  if (/^(smallint|integer|bigint)$/.test(base)) return { type: ['null', 'integer'] };
  if (/^(numeric|real|double precision)$/.test(base)) return { type: ['null', 'number'] };
  if (base === 'boolean') return { type: ['null', 'boolean'] };
  if (/^jsonb?$/.test(base)) return { type: ['null', 'object'] };
  if (base === 'date') return { type: ['null', 'string'], format: 'date' };
  if (type.startsWith('timestamp')) {
    const airbyteType = type.endsWith('with time zone')
      ? 'timestamp_with_timezone'
      : 'timestamp_without_timezone';
    return { type: ['null', 'string'], format: 'date-time', airbyte_type: airbyteType };
  }
  return { type: ['null', 'string'] };
}
