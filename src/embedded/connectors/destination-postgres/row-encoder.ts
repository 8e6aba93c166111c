import { configError, type ConnectorError } from '../../protocol/connector';
import { Shape, type JsonObjectScanner } from '../../protocol/json-scan';
import type { ByteText } from '../../protocol/byte-text';
import type { RawRecord } from '../../protocol/raw-record';
import type { ColumnType, TargetColumn } from './columns';
import { assertColumnCount, assertColumnName } from './names';
import { cellOf, InvalidValue, isNumber, NULL } from './values';
const FIRST_MS_OF_YEAR_10000 = Date.UTC(10_000, 0);

/** Turns the records of one stream into lines of COPY's text format. */
export class RowEncoder {
  private readonly columns: TargetColumn[];
  private readonly byName = new Map<string, number>();
  /** The shape of the last record, and the index of the member for each column; -1 if there is none. */
  private shape = new Shape([]);
  private memberOf: number[] = [];
  private undeclared: TargetColumn[] = [];
  private records = 0;
  private lastTime = { ms: 0, text: new Date(0).toISOString() };

  constructor(
    private readonly stream: string,
    columns: readonly TargetColumn[],
    /** The key columns of a deduplicated stream. */
    private readonly key: readonly string[],
    /** Whether the server allows null in a key. */
    private readonly allowsNullKeys: boolean,
    /** The types of columns that exist in the table but not in the stream's schema. */
    private readonly undeclaredTypes: ReadonlyMap<string, ColumnType>,
  ) {
    this.columns = [...columns];
    this.columns.forEach(({ name }, index) => this.byName.set(name, index));
  }

  /** The number of records so far. Errors identify a record by its number. */
  get count(): number {
    return this.records;
  }

  /** The current number of columns of a line. */
  get width(): number {
    return this.columns.length;
  }

  /**
   * Begins the next record. It may add columns.
   * @throws ConnectorError config_error with the record and the column if a member has no place
   */
  begin(data: JsonObjectScanner): void {
    this.records++;
    if (data.shape !== this.shape) this.takeShape(data.shape);
    if (!this.allowsNullKeys) this.refuseNullKey(data);
  }

  /**
   * Adds the line of the record: its time, its values in column order, then its number if the table has a column for it.
   * @throws ConnectorError config_error with the record and the column if a value cannot be stored
   */
  write({ data, emittedAtMs }: RawRecord, rows: ByteText, withSequence: boolean): void {
    rows.add(this.timeOf(emittedAtMs));
    for (let column = 0; column < this.columns.length; column++) {
      rows.add('\t');
      this.addCell(data, column, rows);
    }
    if (withSequence) rows.add(`\t${this.records}`);
    rows.add('\n');
  }

  private addCell(data: JsonObjectScanner, index: number, rows: ByteText): void {
    const column = this.columns[index];
    const member = this.memberOf[index] ?? -1;
    if (column === undefined || member === -1) {
      rows.add(NULL);
      return;
    }
    const [start, end] = [data.valueStarts[member] ?? 0, data.valueEnds[member] ?? 0];
    const code = data.text.charCodeAt(start);
    if (column.type === 'text' && code === 0x22 && rows.addUnescaped(data.text, start + 1, end - 1)) return;
    if (column.type === 'numeric' && isNumber(code)) {
      rows.add(data.text, start, end);
      return;
    }
    const cell = cellOf(data.value(member), column.type);
    if (cell instanceof InvalidValue) throw this.refusal(column.name, cell.reason);
    rows.add(cell);
  }

  private refuseNullKey(data: JsonObjectScanner): void {
    for (const name of this.key)
      if (data.value(this.memberOf[this.byName.get(name) ?? -1] ?? -1) === 'null')
        throw this.refusal(name, 'the key is null, which needs Postgres 15 or later');
  }

  /** Caches the last time, because consecutive records usually have the same one. */
  private timeOf(ms: number): string {
    if (ms !== this.lastTime.ms) {
      if (!(ms >= 0 && ms < FIRST_MS_OF_YEAR_10000))
        throw this.refusal('emitted_at', 'the time of the record is outside of the years 1970 to 9999');
      this.lastTime = { ms, text: new Date(ms).toISOString() };
    }
    return this.lastTime.text;
  }

  /** Returns and clears the new columns for members that are not in the stream's schema. */
  takeUndeclared(): TargetColumn[] {
    const { undeclared } = this;
    this.undeclared = [];
    return undeclared;
  }

  private takeShape(shape: Shape): void {
    const indexes = shape.names.map((name) => this.byName.get(name) ?? this.addColumn(name));
    if (shape.repeated !== null) throw this.refusal(shape.repeated, 'the record contains this member twice');
    this.shape = shape;
    this.memberOf = new Array<number>(this.columns.length).fill(-1);
    for (const [member, index] of indexes.entries()) this.memberOf[index] = member;
    // Without this check, records without a key would replace one another.
    for (const name of this.key)
      if (!shape.names.includes(name))
        throw this.refusal(name, 'the record does not contain this member, which is part of the key');
  }

  /** A member without a schema is stored as JSON. */
  private addColumn(name: string): number {
    assertColumnName(this.stream, name);
    assertColumnCount(this.stream, this.columns.length + 1);
    const column: TargetColumn = { name, type: this.undeclaredTypes.get(name) ?? 'jsonb' };
    this.byName.set(name, this.columns.length);
    this.undeclared.push(column);
    return this.columns.push(column) - 1;
  }

  private refusal(column: string, reason: string): ConnectorError {
    return configError(
      `Stream ${this.stream}, record ${this.records}, column ${column}: ${reason}. ` +
        `Correct the value at the source; if the source's schema has changed, create the ingestion again.`,
    );
  }
}
