import { configError, type ConnectorError } from '../../protocol/connector';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { RawRecord } from '../../protocol/raw-record';
import type { ColumnType, TargetColumn } from './columns';
import { assertColumnCount, assertColumnName } from './names';
import { membersOf } from '../record-members';
import { cellOf, InvalidValue, NULL } from './values';

/** JSON escapes allow many spellings of one name. The cache of spellings is bounded. */
const MAX_SPELLINGS = 10_000;
const FIRST_MS_OF_YEAR_10000 = Date.UTC(10_000, 0);

/** Turns the records of one stream into lines of COPY's text format. */
export class RowEncoder {
  private readonly columns: TargetColumn[];
  private readonly byName = new Map<string, number>();
  /** Column indexes by the spelling of the name in a record, one character per byte. */
  private readonly bySpelling = new Map<string, number>();
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
    this.columns.forEach(({ name }, index) => {
      this.remember(name, index);
    });
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
   * The line of a record: its time, its values in column order, then the additional cells.
   * @throws ConnectorError config_error with the record and the column if a value cannot be stored
   */
  encode({ data, emittedAtMs }: RawRecord, ...more: string[]): string {
    this.records++;
    const cells = new Array<string | null>(this.columns.length).fill(null);
    for (const { spelling, value } of membersOf(data)) {
      const index = this.bySpelling.get(spelling) ?? this.resolveColumn(spelling);
      const column = this.columns[index];
      if (column === undefined) continue;
      if ((cells[index] ?? null) !== null)
        throw this.refusal(column.name, 'the record contains this member twice');
      const cell = cellOf(value, column.type);
      if (cell instanceof InvalidValue) throw this.refusal(column.name, cell.reason);
      cells[index] = cell;
    }
    for (const name of this.key) {
      const cell = cells[this.byName.get(name) ?? -1] ?? null;
      // Without this check, records without a key would replace one another.
      if (cell === null)
        throw this.refusal(name, 'the record does not contain this member, which is part of the key');
      if (cell === NULL && !this.allowsNullKeys)
        throw this.refusal(name, 'the key is null, which needs Postgres 15 or later');
    }
    let line = this.timeOf(emittedAtMs);
    for (const cell of cells) line += `\t${cell ?? NULL}`;
    for (const cell of more) line += `\t${cell}`;
    return `${line}\n`;
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

  /** The column for a new name or a new spelling. A member without a schema is stored as JSON. */
  private resolveColumn(spelling: string): number {
    const name = String(JSON.parse(fromBytes(`"${spelling}"`)));
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (this.bySpelling.size < MAX_SPELLINGS) this.bySpelling.set(spelling, known);
      return known;
    }
    assertColumnName(this.stream, name);
    assertColumnCount(this.stream, this.columns.length + 1);
    const column: TargetColumn = { name, type: this.undeclaredTypes.get(name) ?? 'jsonb' };
    this.columns.push(column);
    this.undeclared.push(column);
    this.remember(name, this.columns.length - 1);
    return this.columns.length - 1;
  }

  private remember(name: string, index: number): void {
    this.byName.set(name, index);
    this.bySpelling.set(toBytes(JSON.stringify(name)).slice(1, -1), index);
  }

  private refusal(column: string, reason: string): ConnectorError {
    return configError(
      `Stream ${this.stream}, record ${this.records}, column ${column}: ${reason}. ` +
        `Correct the value at the source; if the source's schema has changed, create the ingestion again.`,
    );
  }
}
