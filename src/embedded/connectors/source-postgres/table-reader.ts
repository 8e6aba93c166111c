import { type Client, escapeIdentifier } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import { toBytes, type MessageWriter } from '../../protocol/message-writer';
import { logMessage, streamState, type ConfiguredStream } from '../../protocol/messages';
import { recordPrefix } from '../../protocol/raw-record';
import { qualified } from '../postgres/identifiers';
import { valueOf, orderOf, type ColumnOrder } from './column-types';
import { keyRefusal } from './key-types';
import { positionOf, type Position, type RecordsAt } from './position';
import { Progress } from './progress';
import { streamRows, type TextRow } from './row-stream';
import { keyOf, shownName, type Column, type Table } from './tables';
import type { JsonObject } from '../../platform/json';

/** A message may have 64 MiB; the rest is for what surrounds the record. */
const MAX_RECORD_BYTES = 63 * 1024 * 1024;

/** The column by which a stream is read bit by bit. */
interface Cursor {
  readonly column: Column;
  readonly order: ColumnOrder;
  readonly key: string;
}

/** Reads one table: whole, or what has a greater cursor value than before. */
export class TableReader {
  constructor(
    private readonly client: Client,
    private readonly output: MessageWriter,
    private readonly stream: ConfiguredStream,
    private readonly table: Table,
    private readonly isAscii: boolean,
  ) {}

  async read(states: readonly JsonObject[]): Promise<void> {
    this.assertKey();
    const cursor = this.cursor();
    if (cursor === null) await this.readWhole();
    else await this.readFrom(cursor, await this.savedPosition(cursor, states));
  }

  /** A full refresh has no order to go on from, so it has one state, at its end. */
  private async readWhole(): Promise<void> {
    let count = 0;
    await this.emit({ text: this.select(null), values: [] }, () => {
      count++;
    });
    this.state({}, count);
    await this.output.flush();
  }

  private async readFrom(cursor: Cursor, before: Position | null): Promise<void> {
    const progress = new Progress(this.stream, cursor.key, before);
    const query = await this.query(cursor, before);
    await this.emit(query, (value, hash, bytes) => {
      progress.note(value, hash, bytes);
      if (!progress.isStateDue) return;
      const { state, recordCount } = progress.takeState();
      this.state(state, recordCount);
    });
    if (progress.newestCursor !== null) progress.recount(await this.recordsAt(cursor, progress.newestCursor));
    const { state, recordCount } = progress.takeState();
    this.state(state, recordCount);
    await this.output.flush();
  }

  /** Null where the stream is read whole. */
  private cursor(): Cursor | null {
    const { readMode, cursorField } = this.stream;
    const [field] = cursorField;
    if (readMode === 'full_refresh' || field === undefined) return null;
    const column = this.table.columns.find(({ name }) => name === field);
    if (column === undefined || cursorField.length > 1)
      throw this.refused(`it has no column ${cursorField.join('.')}`);
    const order = orderOf(this.table.types, column.type);
    if ('refused' in order) throw this.refused(`${field} cannot be the cursor, since ${order.refused}`);
    const collation = column.collation === null ? '' : ` ${column.collation}`;
    return { column, order, key: `${order.key}${collation}` };
  }

  private refused(reason: string, fix = 'Choose another cursor'): ConnectorError {
    return new ConnectorError('config_error', `Stream ${shownName(this.table)}: ${reason}. ${fix}.`);
  }

  /** The creation looks at it too, but a column may have got another type or collation since. */
  private assertKey(): void {
    const { writeMode, primaryKey } = this.stream;
    const fix = 'Choose another key, or a sync mode without deduplication';
    for (const path of writeMode === 'append_dedup' ? primaryKey : []) {
      const column = this.table.columns.find(({ name }) => name === path[0]);
      if (column === undefined || path.length > 1)
        throw this.refused(`it has no column ${path.join('.')}, which is part of the primary key`, fix);
      const refusal = keyRefusal(this.table.types, column);
      if (refusal !== null)
        throw this.refused(`${column.name} cannot be part of the primary key, since ${refusal}`, fix);
    }
  }

  private async savedPosition(cursor: Cursor, states: readonly JsonObject[]): Promise<Position | null> {
    const saved = positionOf(this.stream, cursor.key, states);
    if (saved === null || !('meaningless' in saved)) return saved;
    await this.warn(
      `Stream ${shownName(this.table)} is read from its beginning, since ${saved.meaningless}.`,
    );
    return null;
  }

  /**
   * In the order of the cursor, so that of two records the later one is the newer. Records with the last cursor value
   * are read again when there are more of them than were read, or others: none may be missed.
   */
  private async query(cursor: Cursor, before: Position | null): Promise<{ text: string; values: string[] }> {
    const column = columnOf(cursor);
    const withNulls = await this.mustReadNulls(cursor, before);
    const ties = this.ties();
    const nulls = withNulls && !cursor.column.isNotNull ? ' NULLS FIRST' : '';
    const order = ` ORDER BY ${[`${column}${nulls}`, ...ties].join(', ')}`;
    const rows = this.select(cursor);
    if (before === null || (before.cursor === null && withNulls))
      return { text: `${rows}${order}`, values: [] };
    if (before.cursor === null) return { text: `${rows} WHERE ${column} IS NOT NULL${order}`, values: [] };
    const found = await this.recordsAt(cursor, before.cursor);
    const same = found.recordCount === before.recordsAt?.recordCount && found.hash === before.recordsAt.hash;
    const { greater, equal, type } = cursor.order;
    const conditions = [`${column} ${greater} $1::${type}`];
    if (!same && found.recordCount > 0) conditions.push(`${column} ${equal} $1::${type}`);
    if (withNulls) conditions.push(`${column} IS NULL`);
    return { text: `${rows} WHERE ${conditions.join(' OR ')}${order}`, values: [before.cursor] };
  }

  /** Rows without a cursor value come once: with the first sync that finds any. */
  private async mustReadNulls(cursor: Cursor, before: Position | null): Promise<boolean> {
    if (before === null) return true;
    if (cursor.column.isNotNull) return false;
    const { rows } = await this.client.query<{ count: string }>(
      `SELECT count(*) AS "count" FROM ${this.from()} WHERE ${columnOf(cursor)} IS NULL`,
    );
    const count = Number(rows[0]?.count);
    if (before.nullCount === 0) return count > 0;
    if (before.nullCount !== null && count > before.nullCount)
      await this.warn(
        `Stream ${shownName(this.table)}: ${count - before.nullCount} rows more than were read have no value in the cursor ${cursor.column.name}. They are not read until they have one.`,
      );
    return false;
  }

  /** Which records have a cursor value, by the type's own idea of what is equal. */
  private async recordsAt(cursor: Cursor, value: string): Promise<RecordsAt> {
    const { equal, type } = cursor.order;
    const { rows } = await this.client.query<{ count: string; hash: string }>(
      `SELECT count(*) AS "count", COALESCE(sum(hashtextextended("j"."data", 0)), 0)::text AS "hash"
       FROM ${this.from()} ${this.json()} WHERE ${columnOf(cursor)} ${equal} $1::${type}`,
      [value],
    );
    return { recordCount: Number(rows[0]?.count), hash: rows[0]?.hash ?? '0' };
  }

  private from(): string {
    return `${qualified(this.table.schema, this.table.name)} AS "t"`;
  }

  /**
   * Postgres writes the JSON: numerics to their last digit, times in ISO 8601, arrays and JSON as they are. `OFFSET 0`
   * makes it write each record once, though its text is used several times.
   */
  private json(): string {
    const { columns, types } = this.table;
    const values = columns.map(
      ({ name, type }) =>
        `${valueOf(types, type, `"t".${escapeIdentifier(name)}`)} AS ${escapeIdentifier(name)}`,
    );
    const text = 'pg_catalog.row_to_json("x".*)::pg_catalog.text';
    // A database in SQL_ASCII may hold any bytes. Those that are not UTF-8 must fail here, and not be replaced later.
    const data = this.isAscii ? `convert_from(convert_to(${text}, 'SQL_ASCII'), 'UTF8')` : text;
    return `CROSS JOIN LATERAL (SELECT ${data} AS "data" FROM (SELECT ${values.join(', ')}) AS "x" OFFSET 0) AS "j"`;
  }

  /** The record, and where there is a cursor its value and the record's hash; of a record too large its name alone. */
  private select(cursor: Cursor | null): string {
    const isLarge = `octet_length("j"."data") > ${MAX_RECORD_BYTES}`;
    const parts = [
      `CASE WHEN ${isLarge} THEN NULL ELSE "j"."data" END`,
      `CASE WHEN ${isLarge} THEN ${this.identity()} END`,
    ];
    if (cursor !== null) {
      // The output function: a cast to text may be one that a user made.
      const column = columnOf(cursor);
      parts.push(`CASE WHEN ${column} IS NOT NULL THEN format('%s', ${column}) END`);
      parts.push(`hashtextextended("j"."data", 0)::text`);
    }
    return `SELECT ${parts.join(', ')} FROM ${this.from()} ${this.json()}`;
  }

  /** What names a row in an error. */
  private identity(): string {
    const key = keyOf(this.table).map((name) => `"t".${escapeIdentifier(name)} AS ${escapeIdentifier(name)}`);
    if (key.length > 0)
      return `(SELECT pg_catalog.row_to_json("k".*)::text FROM (SELECT ${key.join(', ')}) AS "k")`;
    return this.hasRowIds() ? `'ctid ' || "t".ctid::text` : `'without a key'`;
  }

  /** Rows with equal cursor values come in one order in every sync. */
  private ties(): string[] {
    const key = keyOf(this.table);
    if (key.length > 0) return key.map((name) => `"t".${escapeIdentifier(name)}`);
    return this.hasRowIds() ? ['"t".tableoid', '"t".ctid'] : [];
  }

  private hasRowIds(): boolean {
    return ['r', 'p', 'm'].includes(this.table.kind);
  }

  private async emit(
    query: { text: string; values: readonly string[] },
    note: (cursor: string | null, hash: string, bytes: number) => void,
  ): Promise<void> {
    const { name, namespace } = this.stream;
    const head = recordPrefix(name, namespace);
    const onRow = ([data, identity, cursor, hash]: TextRow): boolean => {
      if (data === null || data === undefined) throw this.tooLarge(identity ?? null);
      // A json column keeps its line breaks, which are between its tokens only: texts have them escaped.
      const text = toBytes(/[\r\n]/.test(data) ? data.replace(/[\r\n]/g, ' ') : data);
      const isFull = this.output.line(`${head}${text},"emitted_at":${Date.now()}}}`);
      note(cursor ?? null, hash ?? '0', text.length);
      return isFull;
    };
    await streamRows(this.client, query, onRow, () => this.output.flush());
  }

  private tooLarge(identity: string | null): ConnectorError {
    const mebibytes = MAX_RECORD_BYTES / 1024 / 1024;
    return new ConnectorError(
      'config_error',
      `Stream ${shownName(this.table)}: the row ${identity ?? ''} has more than ${mebibytes} MiB as JSON. Read a view that leaves its large columns out.`,
    );
  }

  private state(state: JsonObject, recordCount: number): void {
    const { name, namespace } = this.stream;
    this.output.line(toBytes(JSON.stringify(streamState(name, namespace, state, recordCount))));
  }

  private async warn(message: string): Promise<void> {
    await this.output.message(logMessage('WARN', message));
  }
}

function columnOf({ column }: Cursor): string {
  return `"t".${escapeIdentifier(column.name)}`;
}
