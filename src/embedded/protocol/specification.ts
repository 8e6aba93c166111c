import { isObject, type JsonObject } from '../platform/json';

/** Keywords whose value is one schema. */
const ONE_SCHEMA = ['items', 'additionalProperties'];
/** Keywords whose value is a list of schemas. */
const SCHEMA_LISTS = ['oneOf', 'anyOf', 'allOf'];

/**
 * Adds `additionalProperties: false` at every level of a JSON schema. Objects that set it already or that have alternatives are
 * unchanged.
 */
export function refuseUnknownMembers(schema: JsonObject): JsonObject {
  const closed = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, closeValue(keyword, value)]),
  );
  const isOpenObject =
    isObject(schema['properties']) &&
    schema['additionalProperties'] === undefined &&
    SCHEMA_LISTS.every((keyword) => schema[keyword] === undefined);
  return isOpenObject ? { ...closed, additionalProperties: false } : closed;
}

function closeValue(keyword: string, value: unknown): unknown {
  if (keyword === 'properties' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        isObject(member) ? refuseUnknownMembers(member) : member,
      ]),
    );
  }
  if (ONE_SCHEMA.includes(keyword) && isObject(value)) return refuseUnknownMembers(value);
  if (SCHEMA_LISTS.includes(keyword) && Array.isArray(value)) {
    return value.map((item: unknown) => (isObject(item) ? refuseUnknownMembers(item) : item));
  }
  return value;
}
