import { isObject, objectAt, stringAt, type JsonObject } from '../platform/json';

const MAX_LISTED = 20;

/** Whether a stream's schema has a field. A schema without properties accepts any field. */
export function hasField(schema: JsonObject, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  const properties = objectAt(schema, 'properties') ?? {};
  if (name === undefined || Object.keys(properties).length === 0) return true;
  if (!Object.hasOwn(properties, name)) return false;
  const member = properties[name];
  return rest.length === 0 || (isObject(member) && isObject(member['properties']) && hasField(member, rest));
}

/**
 * Reason why a field cannot be the cursor or part of the primary key; null if it can. Built-in sources mark such a field in the schema,
 * for example if the database has no order for its type.
 */
export function rejectionOf(
  role: 'cursor' | 'key',
  schema: JsonObject,
  path: readonly string[],
): string | null {
  const properties = objectAt(schema, 'properties') ?? {};
  const [name] = path;
  if (name === undefined || !Object.hasOwn(properties, name)) return null;
  return stringAt(objectAt(properties, name) ?? {}, `x-${role}-refused`) ?? null;
}

/** The names of a stream's fields, for an error message. */
export function fieldsOf(schema: JsonObject): string {
  return listed(Object.keys(objectAt(schema, 'properties') ?? {}));
}

/** A bounded list of names, for an error message. */
export function listed(names: readonly string[]): string {
  return names.length <= MAX_LISTED
    ? names.join(', ')
    : `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`;
}
