/** A JSON object with unchecked members. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object, not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a JSON object; null for invalid JSON or another JSON value. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // JSON.parse of a string throws only SyntaxError.
    return null;
  }
}

/** Whether lists and objects are nested deeper than a limit. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((member) => isDeeperThan(member, limit - 1));
}

/** A member that is a string, else undefined. */
export function stringAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

/** A member that is a finite number, else undefined. */
export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A member that is an object, else undefined. */
export function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key];
  return isObject(value) ? value : undefined;
}

/** A member that is an array, else an empty one. */
export function arrayAt(object: JsonObject, key: string): unknown[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

/** The strings of an array. Other items are omitted. */
export function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * Canonical JSON: members sorted by name, no spaces.
 * @param isIncluded decides by its value whether a member of an object counts
 */
export function canonicalJson(value: unknown, isIncluded: (member: unknown) => boolean = () => true): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (!isObject(member)) return member;
    const sorted: JsonObject = Object.create(null) as JsonObject;
    for (const name of Object.keys(member).sort()) if (isIncluded(member[name])) sorted[name] = member[name];
    return sorted;
  });
}
