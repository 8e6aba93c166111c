import { createHash } from 'node:crypto';
import { ByteText } from '../../protocol/byte-text';
import { ConnectorError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { isObject, stringAt } from '../../platform/json';
import { nameList } from '../postgres/identifiers';
import { columnsOf, type ColumnType, type TargetColumn } from './columns';
import { upsertRule, ensureKeyIndex, allowsNullKeys, upsertSql, type UpsertRule } from './upsert';
import { databaseFailure, sqlStateOf } from './failures';
import { EXTRACTED_AT } from './names';
import { assertOwnTable, sqlName, type TableName } from './ownership';
import { replaceRows } from './replace-rows';
import { RowEncoder } from './row-encoder';
import type { Session } from './session';
import { StagingTable } from './staging-table';
import { assertKept, assertStored } from './stored-count';
import { readTable } from './table-facts';
import { alterTable, createTable, ensureSchema, planTable, setReplicaIdentity } from './target-table';

/** SQLSTATEs of errors in a single row: encoding, unsupported character, not null, check constraint. */
const SINGLE_ROW_ERRORS: readonly string[] = ['22021', '22P05', '23502', '23514'];

/** Lines with the same number of columns, and the number of the first record. */
interface Batch {
  readonly width: number;
  readonly firstRecord: number;
  readonly text: ByteText;
  rows: number;
}

/** The steps between a stream's rows and its table. */
interface Staging {
  /** Null if rows are copied directly into the table. */
  readonly stage: StagingTable | null;
  readonly rule: UpsertRule | null;
}

/**
 * The table of one stream. All rows between two states are one transaction. A staging table collects the rows of
 * deduplicated and overwritten streams.
 */
export class StreamTable implements StreamTarget {
  private batches: Batch[] = [];
  private bufferedBytes = 0;
  /** Rows in the staging table. */
  private staged = 0;
  /** Rows that went straight to the table, and the transaction that stored them. */
  private appended = { transaction: 0, rows: 0 };

  private constructor(
    private readonly session: Session,
    private readonly stream: ConfiguredStream,
    private readonly table: TableName,
    private readonly columns: TargetColumn[],
    private readonly route: Staging,
    private readonly encoder: RowEncoder,
  ) {}

  /** Creates or alters the table. For an overwrite, only checks that the rows can be replaced. */
  static async open(session: Session, schema: string, stream: ConfiguredStream): Promise<StreamTable> {
    const table = { schema, name: stream.name };
    try {
      const opened =
        stream.writeMode === 'overwrite'
          ? await openForOverwrite(session, table, stream)
          : await openForAppend(session, table, stream);
      await session.commit();
      const { columns, route, undeclaredTypes } = opened;
      const encoder = new RowEncoder(
        stream.name,
        columns,
        route.rule?.key ?? [],
        allowsNullKeys(session),
        undeclaredTypes,
      );
      return new StreamTable(session, stream, table, [...columns], route, encoder);
    } catch (error) {
      throw databaseFailure(error, `Stream ${stream.name}`);
    }
  }

  add(record: RawRecord): void {
    const { encoder } = this;
    encoder.begin(record.data);
    const batch = this.batchOf(encoder.width);
    const before = batch.text.length;
    encoder.write(record, batch.text, this.route.rule !== null);
    batch.rows++;
    this.bufferedBytes += batch.text.length - before;
    this.session.addBufferedBytes(batch.text.length - before);
  }

  private batchOf(width: number): Batch {
    const last = this.batches.at(-1);
    if (last?.width === width) return last;
    const batch = { width, firstRecord: this.encoder.count, text: new ByteText(), rows: 0 };
    this.batches.push(batch);
    return batch;
  }

  /** Begins to send a full batch. The server stores it while further records are read. */
  async flush(): Promise<void> {
    if (this.batches.length === 0 || !this.session.isBatchFull) return;
    await this.session.settled();
    this.session.begin(() => this.guard(() => this.send()));
  }

  async commit(): Promise<void> {
    await this.session.settled();
    await this.guard(() => this.store());
  }

  async complete(): Promise<void> {
    await this.session.settled();
    await this.guard(async () => {
      await this.store();
      const { stage, rule } = this.route;
      if (stage === null || rule !== null) return;
      await replaceRows(this.session, this.table, stage, this.columns, this.staged);
      await this.session.commit();
    });
  }

  /** Closing the connection rolls back and drops temporary tables. */
  async close(): Promise<void> {
    await this.route.stage?.dropIfPersistent();
  }

  private async store(): Promise<void> {
    await this.send();
    const { stage, rule } = this.route;
    if (stage !== null && rule !== null && this.staged > 0) {
      const sql = upsertSql(stage.sql, this.table, this.columns, rule);
      const [counts] = await this.session.run<{ sent: string; stored: string }>(sql);
      await assertStored(this.session, this.table, Number(counts?.sent), Number(counts?.stored));
      await assertKept(this.session, this.table, Number(counts?.stored));
      await stage.clear();
      this.staged = 0;
    }
    await this.session.commit();
  }

  /** Sends the buffered rows. */
  private async send(): Promise<void> {
    const { batches } = this;
    this.batches = [];
    this.session.addBufferedBytes(-this.bufferedBytes);
    this.bufferedBytes = 0;
    await this.addUndeclaredColumns();
    for (const batch of batches) await this.sendBatch(batch);
  }

  private async sendBatch({ width, firstRecord, text, rows }: Batch): Promise<void> {
    const { stage, rule } = this.route;
    let stored: number;
    try {
      stored = await this.session.copy(
        stage === null
          ? `${sqlName(this.table)} (${nameList([EXTRACTED_AT, ...this.columns.slice(0, width).map(({ name }) => name)])})`
          : `${stage.sql} (${stage.columnList(width)}${rule === null ? '' : ', seq'})`,
        text.bytes,
      );
    } catch (error) {
      throw databaseFailure(error, this.locationOf(error, firstRecord));
    }
    if (stage === null) await this.assertAppended(rows, stored);
    else this.staged += stored;
  }

  /** The transaction is shared with other streams: any of them may have committed since the last rows of this one. */
  private async assertAppended(sent: number, stored: number): Promise<void> {
    await assertStored(this.session, this.table, sent, stored);
    const { transaction } = this.session;
    const before = this.appended.transaction === transaction ? this.appended.rows : 0;
    this.appended = { transaction, rows: before + stored };
    await assertKept(this.session, this.table, this.appended.rows);
  }

  /** The record and the column of a COPY error, from the line and column that Postgres reports. */
  private locationOf(error: unknown, firstRecord: number): string {
    const where = isObject(error) ? (stringAt(error, 'where') ?? '') : '';
    const [, line, column] = /^COPY .*?, line (\d+)(?:, column ([^:\n]+))?/m.exec(where) ?? [];
    const stream = `Stream ${this.stream.name}`;
    // Without a column, Postgres may have read further lines before it detected the error.
    if (line === undefined || (column === undefined && !SINGLE_ROW_ERRORS.includes(sqlStateOf(error) ?? '')))
      return stream;
    const record = `${stream}, record ${firstRecord + Number(line) - 1}`;
    if (column === undefined) return record;
    const staged = this.route.stage === null ? null : /^c(\d+)$/.exec(column)?.[1];
    const name = staged === null || staged === undefined ? column : this.columns[Number(staged) - 1]?.name;
    return `${record}, column ${name ?? column}`;
  }

  /** Adds a column for each new member that is not in the stream's schema. */
  private async addUndeclaredColumns(): Promise<void> {
    const undeclared = this.encoder.takeUndeclared();
    if (undeclared.length === 0) return;
    const { session, table, route } = this;
    if (this.stream.writeMode !== 'overwrite') {
      await session.lockName(table.schema, table.name);
      const plan = await planTable(session, table, undeclared, false);
      if (plan === null)
        throw new ConnectorError(
          'transient_error',
          `The table ${sqlName(table)} was dropped during the sync.`,
        );
      await alterTable(session, table, plan);
    }
    await route.stage?.add(undeclared);
    this.columns.push(...undeclared);
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw databaseFailure(error, `Stream ${this.stream.name}`);
    }
  }
}

interface OpenedTable {
  readonly columns: readonly TargetColumn[];
  readonly route: Staging;
  readonly undeclaredTypes: ReadonlyMap<string, ColumnType>;
}

const NO_TYPES: ReadonlyMap<string, ColumnType> = new Map();

async function openForAppend(
  session: Session,
  table: TableName,
  stream: ConfiguredStream,
): Promise<OpenedTable> {
  const wanted = columnsOf(stream.jsonSchema);
  await session.lockName(table.schema, table.name);
  await ensureSchema(session, table.schema);
  let plan = await planTable(session, table, wanted, false);
  if (plan === null) {
    await createTable(session, table, wanted);
    plan = await planTable(session, table, wanted, false);
  }
  if (plan === null)
    throw new ConnectorError('transient_error', `The table ${sqlName(table)} was dropped during the sync.`);
  await alterTable(session, table, plan);
  await setReplicaIdentity(session, table, plan);
  const rule = stream.writeMode === 'append_dedup' ? upsertRule(stream, plan.columns) : null;
  await ensureKeyIndex(session, table, plan.oid, rule);
  const stage = rule === null ? null : await StagingTable.create(session, table.schema, plan.columns, true);
  return { columns: plan.columns, route: { stage, rule }, undeclaredTypes: plan.undeclaredTypes };
}

async function openForOverwrite(
  session: Session,
  table: TableName,
  stream: ConfiguredStream,
): Promise<OpenedTable> {
  const columns = columnsOf(stream.jsonSchema);
  if (!session.canCreateTemporary) await ensureSchema(session, table.schema);
  await planTable(session, table, columns, true);
  await dropLeftoverTable(session, table);
  const stage = await StagingTable.create(session, table.schema, columns, false);
  return { columns, route: { stage, rule: null }, undeclaredTypes: NO_TYPES };
}

/** Older versions left their staging table behind after a failed sync. */
async function dropLeftoverTable(session: Session, { schema, name }: TableName): Promise<void> {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  const left = { schema, name: `_airbyte_new_${hash}` };
  const facts = await readTable(session, schema, left.name, EXTRACTED_AT);
  if (facts === null) return;
  assertOwnTable(left, facts);
  await session.run(`DROP TABLE ${sqlName(left)}`);
}
