import { isObject, numberAt, objectAt, stringAt, type JsonObject } from '../../platform/json';
import { configError } from '../../protocol/connector';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import { sortableNumber } from '../../platform/exact-number';
import { rawMember } from '../../protocol/raw-record';

/** A position in a stream: the greatest value of the cursor, and the number of rows that have it. */
interface Position {
  /** A text whose order is that of the values. */
  readonly key: string;
  readonly rows: number;
}

/**
 * Selects the rows of an incremental sync: those whose cursor is greater than that of all earlier rows. Of the rows with the same
 * cursor it leaves out as many as were read before, the first ones.
 */
export class CursorFilter {
  private readonly field: string;
  private readonly isInstant: boolean;
  private before: Position | null;
  private last: Position | null;
  /** Rows so far with the cursor of {@link before}. */
  private rowsAtBefore = 0;

  constructor({ name, cursorField, jsonSchema }: ConfiguredStream, saved: JsonObject) {
    const [field, ...inner] = cursorField;
    if (field === undefined || inner.length > 0)
      throw configError(`Stream ${name} needs a field of its rows as the cursor.`);
    this.field = field;
    const schema = objectAt(objectAt(jsonSchema, 'properties') ?? {}, field);
    this.isInstant = isObject(schema) && schema['format'] === 'date-time';
    const key = stringAt(saved, 'cursor');
    const isOwn = key !== undefined && stringAt(saved, 'cursorField') === field;
    this.before = isOwn ? { key, rows: numberAt(saved, 'cursorRows') ?? 0 } : null;
    this.last = this.before && { ...this.before, rows: 0 };
  }

  /** Members of the state. Before the end of the files they are those of the earlier sync, since rows need not be sorted. */
  get saved(): JsonObject {
    if (this.before === null) return {};
    return { cursorField: this.field, cursor: this.before.key, cursorRows: this.before.rows };
  }

  /**
   * Whether a row is new. Rows without a cursor are new only in the first sync.
   * @param row one character per byte
   * @param number counted from 1, for messages
   */
  accepts(row: string, number: number): boolean {
    const key = this.keyOf(row, number);
    const { before, last } = this;
    if (key === null) return before === null;
    if (last === null || key > last.key) this.last = { key, rows: 1 };
    else if (key === last.key) this.last = { key, rows: last.rows + 1 };
    if (before === null || key > before.key) return true;
    return key === before.key && ++this.rowsAtBefore > before.rows;
  }

  /** Call at the end of the files. */
  finish(): void {
    if (this.last === null) return;
    const isUnchanged = this.before !== null && this.last.key === this.before.key;
    // Rows may have been removed from the file. They have been read.
    const rows = isUnchanged ? Math.max(this.last.rows, this.before?.rows ?? 0) : this.last.rows;
    this.before = { key: this.last.key, rows };
  }

  private keyOf(row: string, number: number): string | null {
    const text = rawMember(row, toBytes(this.field));
    if (text === null || text === 'null') return null;
    if (!text.startsWith('"')) {
      const key = sortableNumber(text);
      if (key !== null) return `n${key}`;
      throw this.refusal(number, 'it is no number, text or time');
    }
    const value: unknown = JSON.parse(fromBytes(text));
    if (typeof value !== 'string' || value === '') return null;
    if (!this.isInstant) return `t${value}`;
    const key = instantKey(value);
    if (key === null) throw this.refusal(number, 'it is no date and time (YYYY-MM-DDThh:mm:ssZ)');
    return `t${key}`;
  }

  private refusal(number: number, reason: string): Error {
    return configError(
      `Row ${number} cannot be compared with others by its cursor ${JSON.stringify(this.field)}: ${reason}. Correct it, or choose another cursor.`,
    );
  }
}

/** An instant as a text whose order is that of the instants, with all digits of the fraction. A time without a zone counts as UTC. */
function instantKey(value: string): string | null {
  const [, day, clock, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))? ?(Z|[+-]\d\d:?\d\d)?$/.exec(value) ?? [];
  if (day === undefined || clock === undefined) return null;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const ms = Date.parse(`${day}T${clock}${offset}`);
  if (Number.isNaN(ms)) return null;
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.replace(/0+$/, '')}`;
}
