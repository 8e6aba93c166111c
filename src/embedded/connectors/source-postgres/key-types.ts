import { baseOf, shownType, typmodOf, type PostgresTypes } from './column-types';

/** The properties that decide whether a column can be part of a key. */
interface KeyColumn {
  readonly type: number;
  readonly typmod: number;
  readonly collation: string | null;
  readonly isDeterministic: boolean;
  readonly isNotNull: boolean;
}

/**
 * Built-in types whose values are equal in Postgres if and only if they are equal at a destination. Destinations compare
 * numbers by value, JSON by content and all other values as text.
 */
const SAME_EVERYWHERE: ReadonlySet<string> = new Set([
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'xid8', 'pg_lsn', 'bool'],
  ...['text', 'varchar', 'bpchar', 'name', 'char', 'uuid', 'bytea', 'bit', 'varbit', 'jsonb'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz'],
  ...['inet', 'cidr', 'macaddr', 'macaddr8'],
  ...['int4range', 'int8range', 'daterange', 'tsrange', 'tstzrange'],
  ...['int4multirange', 'int8multirange', 'datemultirange', 'tsmultirange', 'tstzmultirange'],
]);

/** Specific reasons for types that are refused. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['interval', 'equal intervals are written in several ways, for example 1 day and 24 hours'],
  ['money', 'the text of an amount depends on the setting lc_monetary'],
  ['numrange', 'equal ranges of decimals are written in several ways, for example [1.0,2) and [1.00,2)'],
  ['nummultirange', 'equal ranges of decimals are written in several ways, for example [1.0,2) and [1.00,2)'],
]);

/**
 * The reason why a column cannot be part of the key of a deduplicated stream, or null. Database and destination must
 * agree on which keys are equal.
 */
export function keyRefusal(types: PostgresTypes, column: KeyColumn): string | null {
  const type = baseOf(types, column.type);
  if (type === undefined) return 'its type is unknown';
  const shown = shownType(type);
  if (!column.isDeterministic)
    return `its collation ${column.collation ?? ''} is not deterministic: different texts can be equal`;
  if (type.kind === 'e') return null;
  if (type.element !== 0)
    return `its type ${shown} is an array, and arrays that differ only in their lower bounds look the same in JSON`;
  if (type.schema !== 'pg_catalog' || !SAME_EVERYWHERE.has(type.name))
    return (
      (type.schema === 'pg_catalog' ? REASONS.get(type.name) : undefined) ??
      `values of its type ${shown} that are equal can be written differently`
    );
  if (type.name === 'bpchar' && typmodOf(types, column) < 0)
    return 'its type is character without a length, which ignores spaces at the end';
  if (type.name === 'jsonb' && !column.isNotNull)
    return 'it may be null both in SQL and in JSON, which are two values in the database but the same value in a record';
  return null;
}
