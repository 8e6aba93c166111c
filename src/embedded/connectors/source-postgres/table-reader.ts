import { type Client, escapeIdentifier } from 'pg';
import { configError, type ConnectorError } from '../../protocol/connector';
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

/** A message may have 64 MiB. The remainder is for the message around the record. */
const MAX_RECORD_BYTES = 63 * 1024 * 1024;

/** The cursor column of an incremental stream. */
interface Cursor {
  readonly column: Column;
  readonly order: ColumnOrder;
  readonly key: string;
}

/** Reads one table: all rows, or the rows with a greater cursor value than in the last sync. */
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
    if (cursor === null) await this.readAll();
    else await this.readFrom(cursor, await this.savedPosition(cursor, states));
  }

  /** A full refresh has no order and cannot resume, so it has one state, at its end. */
  private async readAll(): Promise<void> {
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

  /** Null for a full refresh. */
  private cursor(): Cursor | null {
    const { readMode, cursorField } = this.stream;
    const [field] = cursorField;
    if (readMode === 'full_refresh' || field === undefined) return null;
    const column = this.table.columns.find(({ name }) => name === field);
    if (column === undefined || cursorField.length > 1)
      throw this.refused(`it has no column ${cursorField.join('.')}`);
    const order = orderOf(this.table.types, column.type);
    if ('refused' in order) throw this.refused(`${field} cannot be the cursor, because ${order.refused}`);
    const collation = column.collation === null ? '' : ` ${column.collation}`;
    return { column, order, key: `${order.key}${collation}` };
  }

  private refused(reason: string, fix = 'Choose another cursor'): ConnectorError {
    return configError(`Stream ${shownName(this.table)}: ${reason}. ${fix}.`);
  }

  /** Creating the connection also checks this, but the type or collation of a column may have changed since. */
  private assertKey(): void {
    const { writeMode, primaryKey } = this.stream;
    const fix = 'Choose another key, or a sync mode without deduplication';
    for (const path of writeMode === 'append_dedup' ? primaryKey : []) {
      const column = this.table.columns.find(({ name }) => name === path[0]);
      if (column === undefined || path.length > 1)
        throw this.refused(`it has no column ${path.join('.')}, which is part of the primary key`, fix);
      const refusal = keyRefusal(this.table.types, column);
      if (refusal !== null)
        throw this.refused(`${column.name} cannot be part of the primary key, because ${refusal}`, fix);
    }
  }

  private async savedPosition(cursor: Cursor, states: readonly JsonObject[]): Promise<Position | null> {
    const saved = positionOf(this.stream, cursor.key, states);
    if (saved === null || !('invalidReason' in saved)) return saved;
    await this.warn(
      `Stream ${shownName(this.table)} is read from the beginning, because ${saved.invalidReason}.`,
    );
    return null;
  }

  /**
   * Selects rows in cursor order, so the later of two records is newer. Records with the last cursor value are read
   * again if their number or content has changed, so none is missed.
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

  /** Rows without a cursor value are read once, in the first sync that finds any. */
  private async mustReadNulls(cursor: Cursor, before: Position | null): Promise<boolean> {
    if (before === null) return true;
    if (cursor.column.isNotNull) return false;
    const { rows } = await this.client.query<{ count: string }>(
      `SELECT count(*) AS count FROM ${this.from()} WHERE ${columnOf(cursor)} IS NULL`,
    );
    const count = Number(rows[0]?.count);
    if (before.nullCount === 0) return count > 0;
    if (before.nullCount !== null && count > before.nullCount)
      await this.warn(
        `Stream ${shownName(this.table)}: ${count - before.nullCount} new rows have no value in the cursor ${cursor.column.name}. They are not read until they have one.`,
      );
    return false;
  }

  /** The records with a cursor value, compared by the type's own equality operator. */
  private async recordsAt(cursor: Cursor, value: string): Promise<RecordsAt> {
    const { equal, type } = cursor.order;
    const { rows } = await this.client.query<{ count: string; hash: string }>(
      `SELECT count(*) AS count, COALESCE(sum(hashtextextended(j.data, 0)), 0)::text AS hash
       FROM ${this.from()} ${this.json()} WHERE ${columnOf(cursor)} ${equal} $1::${type}`,
      [value],
    );
    return { recordCount: Number(rows[0]?.count), hash: rows[0]?.hash ?? '0' };
  }

  private from(): string {
    return `${qualified(this.table.schema, this.table.name)} AS t`;
  }

  /**
   * Postgres writes the JSON: numbers with every digit, times in ISO 8601, arrays and JSON unchanged. `OFFSET 0`
   * prevents Postgres from computing the JSON again for each use.
   */
  private json(): string {
    const { columns, types } = this.table;
    const values = columns.map(
      ({ name, type }) =>
        `${valueOf(types, type, `t.${escapeIdentifier(name)}`)} AS ${escapeIdentifier(name)}`,
    );
    const text = 'pg_catalog.row_to_json(x.*)::pg_catalog.text';
    // A SQL_ASCII database may contain any bytes. Invalid UTF-8 must fail here instead of being replaced later.
    const data = this.isAscii ? `convert_from(convert_to(${text}, 'SQL_ASCII'), 'UTF8')` : text;
    return `CROSS JOIN LATERAL (SELECT ${data} AS data FROM (SELECT ${values.join(', ')}) AS x OFFSET 0) AS j`;
  }

  /** Selects the record, and its cursor value and hash if there is a cursor. For a record that is too large, its identity. */
  private select(cursor: Cursor | null): string {
    const isLarge = `octet_length(j.data) > ${MAX_RECORD_BYTES}`;
    const parts = [
      `CASE WHEN ${isLarge} THEN NULL ELSE j.data END`,
      `CASE WHEN ${isLarge} THEN ${this.identity()} END`,
    ];
    if (cursor !== null) {
      // `format` uses the type's output function. A cast to text could be one that a user defined.
      const column = columnOf(cursor);
      parts.push(`CASE WHEN ${column} IS NOT NULL THEN format('%s', ${column}) END`);
      parts.push(`hashtextextended(j.data, 0)::text`);
    }
    return `SELECT ${parts.join(', ')} FROM ${this.from()} ${this.json()}`;
  }

  /** The expression that identifies a row in an error. */
  private identity(): string {
    const key = keyOf(this.table).map((name) => `t.${escapeIdentifier(name)} AS ${escapeIdentifier(name)}`);
    if (key.length > 0)
      return `(SELECT pg_catalog.row_to_json(k.*)::text FROM (SELECT ${key.join(', ')}) AS k)`;
    return this.hasRowIds() ? `'ctid ' || t.ctid::text` : `'without a key'`;
  }

  /** Tie-breakers, so rows with equal cursor values have the same order in every sync. */
  private ties(): string[] {
    const key = keyOf(this.table);
    if (key.length > 0) return key.map((name) => `t.${escapeIdentifier(name)}`);
    return this.hasRowIds() ? ['t.tableoid', 't.ctid'] : [];
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
      // A json column may contain line breaks between its tokens. Inside strings they are escaped.
      const text = toBytes(/[\r\n]/.test(data) ? data.replace(/[\r\n]/g, ' ') : data);
      const isFull = this.output.line(`${head}${text},"emitted_at":${Date.now()}}}`);
      note(cursor ?? null, hash ?? '0', text.length);
      return isFull;
    };
    await streamRows(this.client, query, onRow, () => this.output.flush());
  }

  private tooLarge(identity: string | null): ConnectorError {
    const mebibytes = MAX_RECORD_BYTES / 1024 / 1024;
    return configError(
      `Stream ${shownName(this.table)}: the row ${identity ?? ''} has more than ${mebibytes} MiB as JSON. Read a view without its large columns.`,
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
  return `t.${escapeIdentifier(column.name)}`;
}
