import { isObject, objectAt, type JsonObject } from '../json';

const MAX_LISTED = 20;

/** Whether a stream's schema has a field. A schema that lists no fields, at any level of the path, refuses none. */
export function hasField(schema: JsonObject, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  const properties = objectAt(schema, 'properties') ?? {};
  if (name === undefined || Object.keys(properties).length === 0) return true;
  if (!Object.hasOwn(properties, name)) return false;
  const member = properties[name];
  return rest.length === 0 || (isObject(member) && isObject(member['properties']) && hasField(member, rest));
}

/** The names of a stream's fields for a message. */
export function fieldsOf(schema: JsonObject): string {
  return listed(Object.keys(objectAt(schema, 'properties') ?? {}));
}

/** Some names for a message; a catalog may have thousands. */
export function listed(names: readonly string[]): string {
  return names.length <= MAX_LISTED
    ? names.join(', ')
    : `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`;
}
