import { isObject, objectAt, stringsOf, type JsonObject } from '../../platform/json';

/** Content of a column of a CSV file. */
export type ColumnKind = 'text' | TypedKind;
/** The most specific first: a column of whole numbers is one of numbers too. */
const TYPED_KINDS = ['integer', 'number', 'boolean', 'date', 'timestamp', 'timestamptz'] as const;
export type TypedKind = (typeof TYPED_KINDS)[number];

const DAY = String.raw`(\d{4})-(\d\d)-(\d\d)`;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?`;
const ZONE = String.raw`(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)`;
/**
 * A value is typed only if its text stays as it is: no leading zeros, signs, exponents, group separators or decimal commas, which
 * codes have and which numbers would lose. Longer numbers are codes too.
 */
const FORMS: Readonly<Record<TypedKind, RegExp>> = {
  integer: /^(0|-?[1-9]\d{0,17})$/,
  number: /^(?!-0(\.0+)?$)-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/,
  boolean: /^(true|false)$/,
  date: new RegExp(`^${DAY}$`),
  timestamp: new RegExp(`^${DAY}[T ]${CLOCK}$`),
  timestamptz: new RegExp(`^${DAY}[T ]${CLOCK} ?${ZONE}$`),
};

const SCHEMAS: Readonly<Record<ColumnKind, JsonObject>> = {
  text: { type: ['null', 'string'] },
  integer: { type: ['null', 'integer'] },
  number: { type: ['null', 'number'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  timestamp: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  timestamptz: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
};

const NOUNS: Readonly<Record<TypedKind, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date (YYYY-MM-DD)',
  timestamp: 'a date and time without a zone (YYYY-MM-DDThh:mm:ss)',
  timestamptz: 'a date and time with a zone (YYYY-MM-DDThh:mm:ssZ)',
};

/** Whether a value has the form of a kind. */
export function fits(kind: TypedKind, value: string): boolean {
  const found = FORMS[kind].exec(value);
  if (found === null) return false;
  return kind === 'integer' || kind === 'number' || kind === 'boolean' || isDay(found);
}

/** A value whose numbers have a decimal comma, as {@link fits} reads it. A decimal point makes it a text. */
export function withPoint(kind: TypedKind, value: string): string {
  if (kind !== 'number') return value;
  return value.includes('.') ? '' : value.replace(',', '.');
}

/** Whether a value is written in JSON without quotes. */
export function isLiteral(kind: TypedKind): boolean {
  return kind === 'integer' || kind === 'number' || kind === 'boolean';
}

/** The reason why a value cannot be read. It does not contain the value, which may be a secret. */
export function misfitReason(kind: TypedKind): string {
  return `the value is not ${NOUNS[kind]}, which the column had when its type was inferred; correct it, or infer the types again by sending the streams of the ingestion again`;
}

/** The days of the Gregorian calendar. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(year) > 0;
}

/** The kinds of the columns of a stream by its schema. Columns of other types are texts. */
export function kindsOf(jsonSchema: JsonObject): ReadonlyMap<string, TypedKind> {
  const kinds = new Map<string, TypedKind>();
  for (const [name, schema] of Object.entries(objectAt(jsonSchema, 'properties') ?? {})) {
    const kind = isObject(schema) ? kindOf(schema) : 'text';
    if (kind !== 'text') kinds.set(name, kind);
  }
  return kinds;
}

function kindOf(schema: JsonObject): ColumnKind {
  const [type, ...others] = stringsOf([schema['type']].flat()).filter((name) => name !== 'null');
  if (type === undefined || others.length > 0) return 'text';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  if (schema['format'] === 'date') return 'date';
  if (schema['format'] !== 'date-time') return 'text';
  return schema['airbyte_type'] === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz';
}

/** Finds the kinds of columns from all their values. Null and empty values fit every kind. */
export class KindInference {
  /** The kinds that all values so far fit, and whether there was one. */
  private readonly columns = new Map<string, { possible: readonly TypedKind[]; hasValue: boolean }>();

  /**
   * @param isNull whether a value means null
   * @param decimal the character before the fraction of a number
   */
  constructor(
    private readonly isNull: (value: string) => boolean,
    private readonly decimal: '.' | ',' = '.',
  ) {}

  add(names: readonly string[], values: readonly string[]): void {
    for (const [index, name] of names.entries()) {
      const column = this.columns.get(name) ?? { possible: TYPED_KINDS, hasValue: false };
      this.columns.set(name, column);
      const value = values[index] ?? '';
      if (value === '' || column.possible.length === 0 || this.isNull(value)) continue;
      column.hasValue = true;
      const isPossible = (kind: TypedKind): boolean =>
        fits(kind, this.decimal === ',' ? withPoint(kind, value) : value);
      if (column.possible.every(isPossible)) continue;
      column.possible = column.possible.filter(isPossible);
    }
  }

  /** Adds columns of a file without rows. */
  addNames(names: readonly string[]): void {
    this.add(names, []);
  }

  schemas(): [string, JsonObject][] {
    return [...this.columns].map(([name, { possible, hasValue }]) => [
      name,
      SCHEMAS[(hasValue ? possible[0] : undefined) ?? 'text'],
    ]);
  }
}
