import type { DatabaseSync } from '@photostructure/sqlite';
import { isObject } from '../../json';
import { fromBytes } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { recordId } from '../record-id';
import { insertInto, namesOf, quoted, removeDuplicates, uniqueIndex, viewOf, type TableNames } from './sql';

type Db = InstanceType<typeof DatabaseSync>;

/**
 * The raw table of one stream: an id, the time and the data as JSON, so that no value is changed by a type. Rows are
 * written in one transaction per state; overwriting fills a table beside it that takes its place in one.
 */
export class StreamTable implements StreamTarget {
  private readonly names: TableNames;
  private readonly insert: ReturnType<Db['prepare']>;

  constructor(
    private readonly db: Db,
    private readonly stream: ConfiguredStream,
  ) {
    this.names = namesOf(stream);
    const { table, fresh } = this.names;
    const target = stream.writeMode === 'overwrite' ? fresh : table;
    if (stream.writeMode === 'overwrite') db.exec(`DROP TABLE IF EXISTS ${quoted(target)}`);
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${quoted(target)} (
         "_airbyte_ab_id" TEXT NOT NULL, "_airbyte_emitted_at" INTEGER NOT NULL, "_airbyte_data" TEXT NOT NULL)`,
    );
    if (stream.writeMode !== 'overwrite') this.fitKeyIndex();
    this.insert = db.prepare(insertInto(target, stream));
  }

  /** The table may have been filled in another mode, or by another key. */
  private fitKeyIndex(): void {
    const { keyIndex } = this.names;
    const wanted = this.stream.writeMode === 'append_dedup' ? uniqueIndex(this.names, this.stream) : null;
    const found: unknown = this.db
      .prepare('SELECT "sql" FROM sqlite_master WHERE "type" = ? AND "name" = ?')
      .get('index', keyIndex);
    if ((isObject(found) ? found['sql'] : null) === wanted) return;
    this.db.exec('BEGIN IMMEDIATE');
    this.db.exec(`DROP INDEX IF EXISTS ${quoted(keyIndex)}`);
    if (wanted !== null) {
      this.db.exec(removeDuplicates(this.names, this.stream));
      this.db.exec(wanted);
    }
    this.db.exec('COMMIT');
  }

  add({ data, emittedAtMs }: RawRecord): void {
    if (!this.db.isTransaction) this.db.exec('BEGIN IMMEDIATE');
    this.insert.run(recordId(), emittedAtMs, fromBytes(data));
  }

  commit(): void {
    if (this.db.isTransaction) this.db.exec('COMMIT');
  }

  complete(): void {
    this.commit();
    this.db.exec('BEGIN IMMEDIATE');
    const { view, table, fresh } = this.names;
    this.db.exec(`DROP VIEW IF EXISTS ${quoted(view)}`);
    if (this.stream.writeMode === 'overwrite') {
      this.db.exec(`DROP TABLE IF EXISTS ${quoted(table)}`);
      this.db.exec(`ALTER TABLE ${quoted(fresh)} RENAME TO ${quoted(table)}`);
    }
    const columns = viewOf(this.names, this.stream);
    if (columns !== null) this.db.exec(columns);
    this.db.exec('COMMIT');
  }

  close(): void {
    if (this.db.isTransaction) this.db.exec('ROLLBACK');
    if (this.stream.writeMode === 'overwrite')
      this.db.exec(`DROP TABLE IF EXISTS ${quoted(this.names.fresh)}`);
  }
}
