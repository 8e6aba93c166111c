/** Reason and hint for an unknown field that other APIs use. */
export interface ForeignName {
  /** @default `is not a known field` */
  readonly reason?: string;
  readonly hint: string;
}

/** Entries by field. A function receives the value of the field, and the object with it. */
export type ForeignNamesOf = Readonly<
  Record<string, ForeignName | ((value: unknown, siblings: object) => ForeignName)>
>;

const FOREIGN_NAMES = Symbol('FOREIGN_NAMES');

/** Declares hints for unknown fields that callers are likely to send. */
export function ForeignNames(names: ForeignNamesOf): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(FOREIGN_NAMES, new Map(Object.entries(names)), target);
  };
}

export function foreignNameOf(target: object | undefined, field: string): ForeignName | undefined {
  if (!target) return undefined;
  const names: unknown = Reflect.getMetadata(FOREIGN_NAMES, target.constructor);
  const found = names instanceof Map ? (names as Map<string, ForeignNamesOf[string]>).get(field) : undefined;
  return typeof found === 'function' ? found((target as Record<string, unknown>)[field], target) : found;
}
