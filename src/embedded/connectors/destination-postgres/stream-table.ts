import { escapeIdentifier } from 'pg';
import { createHash } from 'node:crypto';
import { ConnectorError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { isObject, stringAt } from '../../platform/json';
import { columnsOf, type ColumnType, type TargetColumn } from './columns';
import { dedupRule, fitKeyIndex, takesNullKeys, mergeSql, type DedupRule } from './dedup';
import { databaseFailure, sqlStateOf } from './failures';
import { EXTRACTED_AT } from './names';
import { assertOwnTable, sqlName, type TableName } from './ownership';
import { replaceRows } from './replace-rows';
import { RowEncoder } from './row-encoder';
import type { Session } from './session';
import { Stage } from './stage';
import { assertStored } from './stored-rows';
import { readTable } from './table-facts';
import { alterTable, createTable, ensureSchema, planTable, setReplicaIdentity } from './target-table';

/** Errors of one row: wrong bytes, a character that the database cannot have, a null, a check. */
const OF_ONE_ROW: readonly string[] = ['22021', '22P05', '23502', '23514'];

/** Lines with equally many columns, and the number of their first record. */
interface Piece {
  readonly width: number;
  readonly firstRecord: number;
  readonly lines: string[];
}

/** What a stream's rows go through before they are in its table. */
interface Route {
  /** Null where rows go straight to the table. */
  readonly stage: Stage | null;
  readonly rule: DedupRule | null;
}

/**
 * The table of one stream. Everything between two states is one transaction. Rows that are deduplicated, or that
 * replace others, wait in a temporary table.
 */
export class StreamTable implements StreamTarget {
  private pieces: Piece[] = [];
  private waitingBytes = 0;
  /** Rows in the temporary table. */
  private staged = 0;

  private constructor(
    private readonly session: Session,
    private readonly stream: ConfiguredStream,
    private readonly table: TableName,
    private readonly columns: TargetColumn[],
    private readonly route: Route,
    private readonly encoder: RowEncoder,
  ) {}

  /** Makes the table, or the columns that it lacks; when its rows are replaced, only checks that it can be done. */
  static async open(session: Session, schema: string, stream: ConfiguredStream): Promise<StreamTable> {
    const table = { schema, name: stream.name };
    try {
      const opened =
        stream.writeMode === 'overwrite'
          ? await openReplaced(session, table, stream)
          : await openKept(session, table, stream);
      await session.commit();
      const { columns, route, others } = opened;
      const encoder = new RowEncoder(
        stream.name,
        columns,
        route.rule?.key ?? [],
        takesNullKeys(session),
        others,
      );
      return new StreamTable(session, stream, table, [...columns], route, encoder);
    } catch (error) {
      throw databaseFailure(error, `Stream ${stream.name}`);
    }
  }

  add(record: RawRecord): void {
    const isOrdered = this.route.rule !== null;
    const line = isOrdered
      ? this.encoder.encode(record, String(this.encoder.count))
      : this.encoder.encode(record);
    const { width, count } = this.encoder;
    const last = this.pieces.at(-1);
    if (last?.width === width) last.lines.push(line);
    else this.pieces.push({ width, firstRecord: count, lines: [line] });
    this.waitingBytes += line.length;
    this.session.addWaiting(line.length);
  }

  async flush(): Promise<void> {
    if (this.pieces.length > 0 && this.session.mustFlush) await this.guard(() => this.send());
  }

  async commit(): Promise<void> {
    await this.guard(() => this.store());
  }

  async complete(): Promise<void> {
    await this.guard(async () => {
      await this.store();
      const { stage, rule } = this.route;
      if (stage === null || rule !== null) return;
      await replaceRows(this.session, this.table, stage, this.columns, this.staged);
      await this.session.commit();
    });
  }

  /** The connection ends with the sync, so that Postgres rolls back and drops temporary tables. */
  async close(): Promise<void> {
    await this.route.stage?.abandon();
  }

  private async store(): Promise<void> {
    await this.send();
    const { stage, rule } = this.route;
    if (stage !== null && rule !== null && this.staged > 0) {
      const sql = mergeSql(stage.sql, this.table, this.columns, rule);
      const [counts] = await this.session.run<{ sent: string; stored: string }>(sql);
      await assertStored(this.session, this.table, Number(counts?.sent), Number(counts?.stored));
      await stage.clear();
      this.staged = 0;
    }
    await this.session.commit();
  }

  /** Sends what waits in memory to the server. */
  private async send(): Promise<void> {
    const { pieces } = this;
    this.pieces = [];
    this.session.addWaiting(-this.waitingBytes);
    this.waitingBytes = 0;
    await this.addLateColumns();
    for (const piece of pieces) await this.sendPiece(piece);
  }

  private async sendPiece({ width, firstRecord, lines }: Piece): Promise<void> {
    const { stage, rule } = this.route;
    let stored: number;
    try {
      stored = await this.session.copy(
        stage === null
          ? `${sqlName(this.table)} (${[EXTRACTED_AT, ...this.columns.slice(0, width).map(({ name }) => name)].map(escapeIdentifier).join(', ')})`
          : `${stage.sql} (${stage.columnList(width)}${rule === null ? '' : ', "seq"'})`,
        lines,
      );
    } catch (error) {
      throw databaseFailure(error, this.placeOf(error, firstRecord));
    }
    if (stage === null) await assertStored(this.session, this.table, lines.length, stored);
    else this.staged += stored;
  }

  /** Postgres names the line and the column of COPY's data. */
  private placeOf(error: unknown, firstRecord: number): string {
    const where = isObject(error) ? (stringAt(error, 'where') ?? '') : '';
    const [, line, column] = /^COPY .*?, line (\d+)(?:, column ([^:\n]+))?/m.exec(where) ?? [];
    const stream = `Stream ${this.stream.name}`;
    // Without a column Postgres may have read on before it noticed the error.
    if (line === undefined || (column === undefined && !OF_ONE_ROW.includes(sqlStateOf(error) ?? '')))
      return stream;
    const record = `${stream}, record ${firstRecord + Number(line) - 1}`;
    if (column === undefined) return record;
    const staged = this.route.stage === null ? null : /^c(\d+)$/.exec(column)?.[1];
    const name = staged === null || staged === undefined ? column : this.columns[Number(staged) - 1]?.name;
    return `${record}, column ${name ?? column}`;
  }

  /** Members that the stream's schema does not describe get columns of their own. */
  private async addLateColumns(): Promise<void> {
    const late = this.encoder.takeLate();
    if (late.length === 0) return;
    const { session, table, route } = this;
    if (this.stream.writeMode !== 'overwrite') {
      await session.lockName(table.schema, table.name);
      const plan = await planTable(session, table, late, false);
      if (plan === null) throw new ConnectorError('transient_error', `The table ${sqlName(table)} is gone.`);
      await alterTable(session, table, plan);
    }
    await route.stage?.add(late);
    this.columns.push(...late);
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw databaseFailure(error, `Stream ${this.stream.name}`);
    }
  }
}

interface Opened {
  readonly columns: readonly TargetColumn[];
  readonly route: Route;
  readonly others: ReadonlyMap<string, ColumnType>;
}

const NO_OTHERS: ReadonlyMap<string, ColumnType> = new Map();

async function openKept(session: Session, table: TableName, stream: ConfiguredStream): Promise<Opened> {
  const wanted = columnsOf(stream.jsonSchema);
  await session.lockName(table.schema, table.name);
  await ensureSchema(session, table.schema);
  let plan = await planTable(session, table, wanted, false);
  if (plan === null) {
    await createTable(session, table, wanted);
    plan = await planTable(session, table, wanted, false);
  }
  if (plan === null) throw new ConnectorError('transient_error', `The table ${sqlName(table)} is gone.`);
  await alterTable(session, table, plan);
  await setReplicaIdentity(session, table, plan);
  const rule = stream.writeMode === 'append_dedup' ? dedupRule(stream, plan.columns) : null;
  await fitKeyIndex(session, table, plan.oid, rule);
  const stage = rule === null ? null : await Stage.create(session, table.schema, plan.columns, true);
  return { columns: plan.columns, route: { stage, rule }, others: plan.others };
}

async function openReplaced(session: Session, table: TableName, stream: ConfiguredStream): Promise<Opened> {
  const columns = columnsOf(stream.jsonSchema);
  if (!session.mayUseTemporary) await ensureSchema(session, table.schema);
  await planTable(session, table, columns, true);
  await dropLeftOver(session, table);
  const stage = await Stage.create(session, table.schema, columns, false);
  return { columns, route: { stage, rule: null }, others: NO_OTHERS };
}

/** Older versions left the table that they filled behind when a sync failed. */
async function dropLeftOver(session: Session, { schema, name }: TableName): Promise<void> {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  const left = { schema, name: `_airbyte_new_${hash}` };
  const facts = await readTable(session, schema, left.name, EXTRACTED_AT);
  if (facts === null) return;
  assertOwnTable(left, facts);
  await session.run(`DROP TABLE ${sqlName(left)}`);
}
