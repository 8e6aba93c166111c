import { type Client, escapeIdentifier } from 'pg';
import type { JsonObject } from '../../platform/json';
import { qualified } from '../postgres/identifiers';

/** Types from this OID on were created by users or extensions. */
const FIRST_USER_OID = 16_384;

/** A type as the catalogue describes it. Users can create types with any name, so the schema counts as well. */
export interface PostgresType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `typtype`: b base, c composite, d domain, e enum, r range, m multirange. */
  readonly kind: string;
  /** The base type of a domain, else 0. */
  readonly base: number;
  /** The modifier of a domain's base type, for example the length of char(3), else -1. */
  readonly typmod: number;
  /** The element type of an array, else 0. */
  readonly element: number;
  /** The extension that created the type, or null. */
  readonly extension: string | null;
  /** Whether the type has its own cast to JSON, which may lose information. */
  readonly hasJsonCast: boolean;
  /** The operators of the type's default order, or nulls if it has no order. */
  readonly greater: string | null;
  readonly greaterSchema: string | null;
  readonly equal: string | null;
  readonly equalSchema: string | null;
  /** The type whose order is used, for example text for varchar. */
  readonly orderedAs: string | null;
}

export type PostgresTypes = ReadonlyMap<number, PostgresType>;

const TYPES = `
  WITH RECURSIVE reached (oid) AS (
    SELECT unnest($1::oid[])
    UNION
    SELECT next.oid FROM reached AS r JOIN pg_type AS t ON t.oid = r.oid
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (CASE WHEN t.typlen = -1 THEN t.typelem ELSE 0 END)) AS next (oid)
    WHERE next.oid <> 0
  )
  SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind, t.typbasetype AS base, t.typtypmod AS typmod,
    CASE WHEN t.typlen = -1 THEN t.typelem ELSE 0 END AS element, e.extname AS extension,
    EXISTS (SELECT FROM pg_cast AS c WHERE c.castsource = t.oid AND c.casttarget = 'json'::regtype
      AND c.castmethod = 'f') AS "hasJsonCast",
    o.*
  FROM reached JOIN pg_type AS t ON t.oid = reached.oid JOIN pg_namespace AS n ON n.oid = t.typnamespace
  LEFT JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
    AND d.refclassid = 'pg_extension'::regclass
  LEFT JOIN pg_extension AS e ON e.oid = d.refobjid
  LEFT JOIN LATERAL (
    SELECT g.oprname AS greater, gn.nspname AS "greaterSchema", q.oprname AS equal, qn.nspname AS "equalSchema",
      it.typname AS "orderedAs"
    FROM pg_opclass AS oc
    JOIN pg_am AS am ON am.oid = oc.opcmethod AND am.amname = 'btree'
    JOIN pg_type AS it ON it.oid = oc.opcintype
    JOIN pg_amop AS ga ON ga.amopfamily = oc.opcfamily AND ga.amopstrategy = 5
      AND ga.amoplefttype = oc.opcintype AND ga.amoprighttype = oc.opcintype
    JOIN pg_operator AS g ON g.oid = ga.amopopr JOIN pg_namespace AS gn ON gn.oid = g.oprnamespace
    JOIN pg_amop AS qa ON qa.amopfamily = oc.opcfamily AND qa.amopstrategy = 3
      AND qa.amoplefttype = oc.opcintype AND qa.amoprighttype = oc.opcintype
    JOIN pg_operator AS q ON q.oid = qa.amopopr JOIN pg_namespace AS qn ON qn.oid = q.oprnamespace
    WHERE oc.opcdefault AND (oc.opcintype = t.oid
      OR (it.typnamespace = 'pg_catalog'::regnamespace AND it.typname = CASE
        WHEN t.typtype = 'e' THEN 'anyenum' WHEN t.typtype = 'r' THEN 'anyrange' WHEN t.typtype = 'm' THEN 'anymultirange'
        WHEN t.typlen = -1 AND t.typelem <> 0 THEN 'anyarray' END)
      OR EXISTS (SELECT FROM pg_cast AS c WHERE c.castsource = t.oid AND c.casttarget = oc.opcintype
        AND c.castmethod = 'b' AND c.castcontext = 'i'))
    ORDER BY oc.opcintype = t.oid DESC, it.typispreferred DESC
    LIMIT 1
  ) AS o ON true`;

/** Reads types with their base and element types. */
export async function readTypes(client: Client, oids: readonly number[]): Promise<PostgresTypes> {
  const { rows } = await client.query<PostgresType>(TYPES, [[...new Set(oids)]]);
  return new Map(rows.map((type) => [type.oid, type]));
}

/** The base type of a domain, through any number of domains. */
export function baseOf(types: PostgresTypes, oid: number): PostgresType | undefined {
  const type = types.get(oid);
  return type?.kind === 'd' ? baseOf(types, type.base) : type;
}

/** The modifier of a column's type, for example its length, or -1. For a domain, that of its base type. */
export function typmodOf(types: PostgresTypes, { type, typmod }: { type: number; typmod: number }): number {
  const found = types.get(type);
  return found?.kind === 'd' ? typmodOf(types, { type: found.base, typmod: found.typmod }) : typmod;
}

/** A type's name as users write it in SQL. */
export function shownType({ schema, name }: PostgresType): string {
  return schema === 'pg_catalog' ? name : `${schema}.${name}`;
}

/** The JSON schema of a column, with `airbyte_type` for details that JSON types cannot express. */
export function schemaOf(types: PostgresTypes, oid: number): JsonObject {
  const type = baseOf(types, oid);
  if (type === undefined) return { type: ['null', 'string'] };
  if (type.element !== 0) return { type: ['null', 'array'] };
  if (type.kind === 'c' || type.extension === 'hstore') return { type: ['null', 'object'] };
  return (type.schema === 'pg_catalog' ? SCHEMAS.get(type.name) : undefined) ?? { type: ['null', 'string'] };
}

const INTEGER = { type: ['null', 'integer'] };
const NUMBER = { type: ['null', 'number'] };
const OBJECT = { type: ['null', 'object'] };
const TIME = { type: ['null', 'string'], format: 'date-time' };

/** The built-in types that are not strings in JSON. */
const SCHEMAS: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['int2', INTEGER],
  ['int4', INTEGER],
  ['int8', INTEGER],
  ['numeric', NUMBER],
  ['float4', NUMBER],
  ['float8', NUMBER],
  ['bool', { type: ['null', 'boolean'] }],
  ['json', OBJECT],
  ['jsonb', OBJECT],
  ['date', { type: ['null', 'string'], format: 'date' }],
  ['timestamp', { ...TIME, airbyte_type: 'timestamp_without_timezone' }],
  ['timestamptz', { ...TIME, airbyte_type: 'timestamp_with_timezone' }],
]);

/**
 * The expression whose JSON contains the complete value of a column. A type's own cast to JSON may fail or lose
 * information, as PostGIS's does for measures and curves. Such values are read in the type's text form.
 */
export function valueOf(types: PostgresTypes, oid: number, column: string): string {
  const type = baseOf(types, oid);
  if (type === undefined) return column;
  if (isCastToJson(type)) return `${column}::pg_catalog.text`;
  const element = type.element === 0 ? undefined : baseOf(types, type.element);
  return element !== undefined && isCastToJson(element) ? `${column}::pg_catalog.text[]` : column;
}

function isCastToJson(type: PostgresType): boolean {
  return type.hasJsonCast && type.oid >= FIRST_USER_OID && type.extension !== 'hstore';
}

/** The order of a column's values, as SQL. */
export interface ColumnOrder {
  readonly greater: string;
  readonly equal: string;
  /** The type to which a saved value is cast. */
  readonly type: string;
  /** Identifies the order. Types with the same order have the same key. */
  readonly key: string;
}

/** The order of a type, or the reason why a column of this type cannot be a cursor. */
export function orderOf(types: PostgresTypes, oid: number): ColumnOrder | { readonly refused: string } {
  const type = baseOf(types, oid);
  if (type === undefined) return { refused: 'its type is unknown' };
  const shown = shownType(type);
  if (type.kind === 'c') return { refused: `its type ${shown} is composite` };
  if (type.schema === 'pg_catalog' && type.name.startsWith('reg'))
    return { refused: `values of its type ${shown} are ordered by object ids, which can change` };
  const element = type.element === 0 ? null : orderOf(types, type.element);
  if (element !== null && 'refused' in element) return element;
  const { greater, greaterSchema, equal, equalSchema, orderedAs } = type;
  if (greater === null || greaterSchema === null || equal === null || equalSchema === null)
    return { refused: `its type ${shown} has no order` };
  return {
    greater: `OPERATOR(${escapeIdentifier(greaterSchema)}.${greater})`,
    equal: `OPERATOR(${escapeIdentifier(equalSchema)}.${equal})`,
    type: qualified(type.schema, type.name),
    key: orderKey(type, orderedAs ?? '', element?.key),
  };
}

/** Integers and decimals of every width have the same order. */
function orderKey(type: PostgresType, orderedAs: string, element: string | undefined): string {
  if (element !== undefined) return `${element}[]`;
  if (type.schema === 'pg_catalog' && ['int2', 'int4', 'int8', 'numeric'].includes(type.name))
    return 'number';
  return orderedAs.startsWith('any') ? `${type.schema}.${type.name}` : orderedAs;
}
