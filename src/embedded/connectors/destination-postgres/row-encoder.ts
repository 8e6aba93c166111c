import { ConnectorError } from '../../protocol/connector';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { RawRecord } from '../../protocol/raw-record';
import type { ColumnType, TargetColumn } from './columns';
import { assertColumnCount, assertColumnName } from './names';
import { membersOf } from './record-members';
import { cellOf, Misfit, NULL } from './values';

/** Records may spell one name in many ways; so many spellings are remembered. */
const MAX_SPELLINGS = 10_000;
const FIRST_MS_OF_YEAR_10000 = Date.UTC(10_000, 0);

/** Turns the records of one stream into lines of COPY's text format. */
export class RowEncoder {
  private readonly columns: TargetColumn[];
  private readonly byName = new Map<string, number>();
  /** Columns by the spelling of their name in a record, one character per byte. */
  private readonly bySpelling = new Map<string, number>();
  private late: TargetColumn[] = [];
  private records = 0;
  private lastTime = { ms: 0, text: new Date(0).toISOString() };

  constructor(
    private readonly stream: string,
    columns: readonly TargetColumn[],
    /** The columns of the key of a deduplicated stream. */
    private readonly key: readonly string[],
    /** Whether null may be a value of a key. */
    private readonly takesNullKeys: boolean,
    /** The types of columns that the table has although the stream's schema does not describe them. */
    private readonly others: ReadonlyMap<string, ColumnType>,
  ) {
    this.columns = [...columns];
    this.columns.forEach(({ name }, index) => {
      this.remember(name, index);
    });
  }

  /** How many records came so far; an error names a record by its number. */
  get count(): number {
    return this.records;
  }

  /** How many columns a line has now. */
  get width(): number {
    return this.columns.length;
  }

  /**
   * The line of a record: its time, its values in the order of the columns, and then the cells of the caller.
   * @throws ConnectorError config_error that names the record and the column when a value does not fit
   */
  encode({ data, emittedAtMs }: RawRecord, ...more: string[]): string {
    this.records++;
    const cells = new Array<string | null>(this.columns.length).fill(null);
    for (const { spelling, value } of membersOf(data)) {
      const index = this.bySpelling.get(spelling) ?? this.meet(spelling);
      const column = this.columns[index];
      if (column === undefined) continue;
      if ((cells[index] ?? null) !== null)
        throw this.refusal(column.name, 'the record has this member twice');
      const cell = cellOf(value, column.type);
      if (cell instanceof Misfit) throw this.refusal(column.name, cell.reason);
      cells[index] = cell;
    }
    for (const name of this.key) {
      const cell = cells[this.byName.get(name) ?? -1] ?? null;
      // Without its key a record would replace another one that it has nothing to do with.
      if (cell === null) throw this.refusal(name, 'the record has no such member, and it is part of the key');
      if (cell === NULL && !this.takesNullKeys)
        throw this.refusal(name, 'the key is null, which needs Postgres 15 or later');
    }
    let line = this.timeOf(emittedAtMs);
    for (const cell of cells) line += `\t${cell ?? NULL}`;
    for (const cell of more) line += `\t${cell}`;
    return `${line}\n`;
  }

  /** Most records in a row have the same time. */
  private timeOf(ms: number): string {
    if (ms !== this.lastTime.ms) {
      if (!(ms >= 0 && ms < FIRST_MS_OF_YEAR_10000))
        throw this.refusal('emitted_at', 'the time of the record is outside of the years 1970 to 9999');
      this.lastTime = { ms, text: new Date(ms).toISOString() };
    }
    return this.lastTime.text;
  }

  /** Columns for members that the stream's schema does not describe, since they were last asked for. */
  takeLate(): TargetColumn[] {
    const { late } = this;
    this.late = [];
    return late;
  }

  /** A name that was not met before, or not in this spelling. A member without a schema may be anything: JSON. */
  private meet(spelling: string): number {
    const name = String(JSON.parse(fromBytes(`"${spelling}"`)));
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (this.bySpelling.size < MAX_SPELLINGS) this.bySpelling.set(spelling, known);
      return known;
    }
    assertColumnName(this.stream, name);
    assertColumnCount(this.stream, this.columns.length + 1);
    const column: TargetColumn = { name, type: this.others.get(name) ?? 'jsonb' };
    this.columns.push(column);
    this.late.push(column);
    this.remember(name, this.columns.length - 1);
    return this.columns.length - 1;
  }

  private remember(name: string, index: number): void {
    this.byName.set(name, index);
    this.bySpelling.set(toBytes(JSON.stringify(name)).slice(1, -1), index);
  }

  private refusal(column: string, reason: string): ConnectorError {
    return new ConnectorError(
      'config_error',
      `Stream ${this.stream}, record ${this.records}, column ${column}: ${reason}. ` +
        `Correct the value at the source; if the source's schema has changed, create the ingestion again.`,
    );
  }
}
