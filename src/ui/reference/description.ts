/** Reads and changes the API description without relying on its form. */
export type Json = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function jsonOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}; // an object has members
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a copy with each operation replaced. */
export function mapOperations(
  description: Json,
  change: (operation: Json, path: string, method: string) => Json,
): Json {
  const paths = mapMembers(jsonOf(description['paths']), (item, path) =>
    mapMembers(jsonOf(item), (operation, method) =>
      METHODS.includes(method) ? change(jsonOf(operation), path, method) : operation,
    ),
  );
  return { ...description, paths };
}

export function mapMembers(object: Json, change: (value: unknown, name: string) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}
