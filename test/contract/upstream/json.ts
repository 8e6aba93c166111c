/** A JSON object whose members are not yet known. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is an object, else an empty one. */
export function objectAt(object: Json, name: string): Json {
  const value = object[name];
  return isJson(value) ? value : {};
}

/** A member that is an array, else an empty one. */
export function arrayAt(object: Json, name: string): readonly unknown[] {
  const value = object[name];
  return Array.isArray(value) ? value : [];
}

/** A member that is a string, else an empty one. */
export function textAt(object: Json, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}
