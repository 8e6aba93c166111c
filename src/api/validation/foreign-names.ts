/** The answer to a field that callers know from elsewhere and that this object does not have. */
export interface ForeignName {
  /** Default: that it is not a known field. */
  readonly reason?: string;
  readonly hint: string;
}

/** By field; a function gets the value that was sent. */
export type ForeignNamesOf = Readonly<Record<string, ForeignName | ((value: unknown) => ForeignName)>>;

const FOREIGN_NAMES = Symbol('FOREIGN_NAMES');

/** Declares on a DTO the fields that callers are likely to send by mistake, and the way out for each. */
export function ForeignNames(names: ForeignNamesOf): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(FOREIGN_NAMES, new Map(Object.entries(names)), target);
  };
}

export function foreignNameOf(target: object | undefined, field: string): ForeignName | undefined {
  if (!target) return undefined;
  const names: unknown = Reflect.getMetadata(FOREIGN_NAMES, target.constructor);
  const found = names instanceof Map ? (names as Map<string, ForeignNamesOf[string]>).get(field) : undefined;
  return typeof found === 'function' ? found((target as Record<string, unknown>)[field]) : found;
}
