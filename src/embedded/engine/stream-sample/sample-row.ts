import { isExactDouble } from '../../platform/exact-number';
import { isObject, objectAt, stringAt, stringsOf, type JsonObject } from '../../platform/json';
import { rawMembers } from '../../protocol/raw-record';

/** Fields of a sample. Further ones are left out. */
const MAX_SAMPLE_FIELDS = 1000;
/** Characters of a row without its names. They are shared by its fields. */
const ROW_CHARACTERS = 25_000;
const MOST_VALUE_CHARACTERS = 1000;
const FEWEST_VALUE_CHARACTERS = 20;
/** Fields with longer names are left out. */
const MAX_NAME_CHARACTERS = 1000;
const CUT = '…';

/** A row of a sample. */
export interface SampleRow {
  readonly values: JsonObject;
  /** Names of the fields whose values are cut. */
  readonly cut: readonly string[];
  readonly leftOut: number;
  /** Characters of names and values. */
  readonly size: number;
}

/** A field of a sample with its type in the schema of the stream. */
export interface SampleField {
  readonly name: string;
  /** JSON types, such as `integer` and `null`; empty if the schema has none. */
  readonly types: readonly string[];
  /** Such as `date-time`; null if there is none. */
  readonly format: string | null;
}

/** The fields that the schema of a stream declares. */
export function sampleFields(jsonSchema: JsonObject): SampleField[] {
  return Object.entries(objectAt(jsonSchema, 'properties') ?? {})
    .filter(([name]) => name.length <= MAX_NAME_CHARACTERS)
    .slice(0, MAX_SAMPLE_FIELDS)
    .map(([name, schema]) => {
      const of = isObject(schema) ? schema : {};
      const type = stringAt(of, 'type');
      return {
        name,
        types: type === undefined ? stringsOf(of['type']) : [type],
        format: stringAt(of, 'format') ?? stringAt(of, 'airbyte_type') ?? null,
      };
    });
}

/**
 * The row of a record, within the bounds of a sample. Long values are cut. Numbers that lose digits in JavaScript become texts.
 * @param data a valid JSON object
 */
export function sampleRow(data: string, redact: (text: string) => string): SampleRow {
  const all = rawMembers(data);
  const shown = all.filter(({ name }) => name.length <= MAX_NAME_CHARACTERS).slice(0, MAX_SAMPLE_FIELDS);
  const share = Math.floor(ROW_CHARACTERS / Math.max(1, shown.length));
  const limit = Math.max(FEWEST_VALUE_CHARACTERS, Math.min(MOST_VALUE_CHARACTERS, share));
  const cut: string[] = [];
  let size = 0;
  const values = shown.map(({ name, text }): [string, unknown] => {
    const value = shownValue(text, redact);
    size += name.length + Math.min(text.length, limit);
    const long = typeof value === 'string' ? value : text;
    if (long.length <= limit) return [name, value];
    cut.push(name);
    const masked = typeof value === 'string' ? value : redact(text);
    return [name, `${wellFormedBeginning(masked, limit)}${CUT}`];
  });
  return { values: Object.fromEntries(values), cut, leftOut: all.length - shown.length, size };
}

/** A value; a text in place of what cannot be shown as it is. */
function shownValue(text: string, redact: (text: string) => string): unknown {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'number') return isExactDouble(text, value) ? value : text;
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object') return value;
  const masked = redact(text);
  return masked === text ? value : masked;
}

/** Half of a surrogate pair is no character. */
function wellFormedBeginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
