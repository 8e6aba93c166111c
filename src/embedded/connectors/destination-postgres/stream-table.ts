import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { parseObject } from '../../json';
import { ConnectorError } from '../../protocol/connector';
import { memberNames } from '../../protocol/json-scan';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { quoted } from '../postgres/identifiers';
import { columnsOf, valueOf, type TargetColumn } from './columns';

const EXTRACTED_AT = '_airbyte_extracted_at';
const MAX_NAME_BYTES = 63;

/**
 * The table of one stream. Everything between two states is one transaction; overwriting fills a table beside it
 * that takes its place in one.
 */
export class StreamTable implements StreamTarget {
  private waiting: string[] = [];
  /** The names of members as records spell them, one character per byte. */
  private readonly known: Set<string>;
  /** Members of the records that wait for which there is no column yet. */
  private readonly late = new Set<string>();
  private insert: string;

  private constructor(
    private readonly client: Client,
    private readonly stream: ConfiguredStream,
    private readonly schema: string,
    private readonly table: string,
    private readonly columns: TargetColumn[],
  ) {
    this.known = new Set(columns.map(({ name }) => spellingOf(name)));
    this.insert = insertInto(table, stream, columns);
  }

  /** Makes the table, or the columns that it lacks. */
  static async open(client: Client, schema: string, stream: ConfiguredStream): Promise<StreamTable> {
    const columns = columnsOf(stream.jsonSchema);
    for (const name of [schema, stream.name]) refuseLongName(name);
    const overwrite = stream.writeMode === 'overwrite';
    const table = `${quoted(schema)}.${quoted(overwrite ? ownName('new', stream) : stream.name)}`;
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
    if (overwrite) await client.query(`DROP TABLE IF EXISTS ${table}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${table} (${quoted(EXTRACTED_AT)} timestamptz NOT NULL)`);
    for (const column of columns) await addColumn(client, table, column);
    if (!overwrite) await fitKeyIndex(client, schema, stream);
    return new StreamTable(client, stream, schema, table, columns);
  }

  add({ data, emittedAtMs }: RawRecord): void {
    for (const spelt of memberNames(data) ?? spellingsIn(data)) if (!this.known.has(spelt)) this.meet(spelt);
    this.waiting.push(`{"at":${emittedAtMs},"data":${data}}`);
  }

  /** A name that was not met before, or not in this spelling. */
  private meet(spelt: string): void {
    this.known.add(spelt);
    const name: unknown = JSON.parse(fromBytes(`"${spelt}"`));
    if (typeof name === 'string' && this.columns.every((column) => column.name !== name)) this.late.add(name);
  }

  async flush(): Promise<void> {
    if (this.waiting.length === 0) return;
    const records = `[${this.waiting.join(',')}]`;
    this.waiting = [];
    await begin(this.client);
    await this.addLateColumns();
    await this.client.query(this.insert, [fromBytes(records)]);
  }

  /** What the schema does not tell of may be anything, and is kept as JSON. */
  private async addLateColumns(): Promise<void> {
    if (this.late.size === 0) return;
    for (const name of this.late) {
      const column = { name, type: 'jsonb' };
      await addColumn(this.client, this.table, column);
      this.columns.push(column);
    }
    this.late.clear();
    this.insert = insertInto(this.table, this.stream, this.columns);
  }

  async commit(): Promise<void> {
    await this.flush();
    await commit(this.client);
  }

  async complete(): Promise<void> {
    await this.commit();
    if (this.stream.writeMode !== 'overwrite') return;
    await begin(this.client);
    await this.client.query(`DROP TABLE IF EXISTS ${quoted(this.schema)}.${quoted(this.stream.name)}`);
    await this.client.query(`ALTER TABLE ${this.table} RENAME TO ${quoted(this.stream.name)}`);
    await commit(this.client);
  }

  async close(): Promise<void> {
    if (inTransaction.has(this.client)) await this.client.query('ROLLBACK');
    inTransaction.delete(this.client);
  }
}

function spellingOf(name: string): string {
  return toBytes(JSON.stringify(name)).slice(1, -1);
}

function spellingsIn(data: string): string[] {
  return Object.keys(parseObject(fromBytes(data)) ?? {}).map(spellingOf);
}

/** @throws ConnectorError config_error when there can be no such column */
async function addColumn(client: Client, table: string, { name, type }: TargetColumn): Promise<void> {
  refuseLongName(name);
  if (name === EXTRACTED_AT)
    throw new ConnectorError(
      'config_error',
      `The records have a member ${name}, which is a column of Airbyte's own.`,
    );
  await client.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${quoted(name)} ${type}`);
}

/** Streams share one connection, and so its transaction. */
const inTransaction = new WeakSet<Client>();

async function begin(client: Client): Promise<void> {
  if (inTransaction.has(client)) return;
  await client.query('BEGIN');
  inTransaction.add(client);
}

async function commit(client: Client): Promise<void> {
  if (!inTransaction.has(client)) return;
  await client.query('COMMIT');
  inTransaction.delete(client);
}

/** Postgres would cut it off, and two streams would share a table, or two properties a column. */
function refuseLongName(name: string): void {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new ConnectorError(
      'config_error',
      `The name ${name} is longer than Postgres takes: ${MAX_NAME_BYTES} bytes.`,
    );
}

/** A name for what belongs to a stream's table; no stream has it, however long or odd its own is. */
function ownName(what: 'new' | 'key', { name }: ConfiguredStream): string {
  return `_airbyte_${what}_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** The table may have been filled in another mode, or by another key: then the index of its key is made anew. */
async function fitKeyIndex(client: Client, schema: string, stream: ConfiguredStream): Promise<void> {
  const index = ownName('key', stream);
  const wanted = stream.writeMode === 'append_dedup' ? keyOf(stream).join(', ') : null;
  const { rows } = await client.query<{ key: string | null }>(
    `SELECT obj_description(c.oid, 'pg_class') AS "key" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, index],
  );
  if ((rows[0]?.key ?? null) === wanted) return;
  await begin(client);
  await client.query(`DROP INDEX IF EXISTS ${quoted(schema)}.${quoted(index)}`);
  if (wanted !== null) {
    const table = `${quoted(schema)}.${quoted(stream.name)}`;
    await client.query(removeDuplicates(table, stream));
    await client.query(
      `CREATE UNIQUE INDEX ${quoted(index)} ON ${table} (${wanted}) ${await nullsNotDistinct(client)}`,
    );
    // Kept with the index, so that it can be told from that of another key.
    await client.query(
      `COMMENT ON INDEX ${quoted(schema)}.${quoted(index)} IS '${wanted.replaceAll("'", "''")}'`,
    );
  }
  await commit(client);
}

/** Before version 15 Postgres takes every null for a key of its own. */
async function nullsNotDistinct(client: Client): Promise<string> {
  const { rows } = await client.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS "version"`,
  );
  return Number(rows[0]?.version) >= 150_000 ? 'NULLS NOT DISTINCT' : '';
}

/** Of the rows of one key the one with the greatest cursor stays, and of equal ones the newest. */
function removeDuplicates(table: string, stream: ConfiguredStream): string {
  const [cursor] = stream.cursorField.map(quoted);
  const order = `${cursor === undefined ? '' : `${cursor} DESC NULLS LAST, `}${quoted(EXTRACTED_AT)} DESC, ctid DESC`;
  return `DELETE FROM ${table} WHERE ctid IN (SELECT "row" FROM (
    SELECT ctid AS "row", ROW_NUMBER() OVER (PARTITION BY ${keyOf(stream).join(', ')} ORDER BY ${order}) AS "place" FROM ${table}) AS "ranked"
    WHERE "place" > 1)`;
}

function keyOf({ primaryKey, name }: ConfiguredStream): string[] {
  return primaryKey.map((path) => {
    const [column, ...deeper] = path;
    if (column === undefined || deeper.length > 0)
      throw new ConnectorError('config_error', `The key of ${name} must be made of columns.`);
    return quoted(column);
  });
}

/** Records come as one array of JSON, which Postgres takes apart: no value passes through a double. */
function insertInto(table: string, stream: ConfiguredStream, columns: readonly TargetColumn[]): string {
  const names = [EXTRACTED_AT, ...columns.map(({ name }) => name)].map(quoted);
  const values = columns.map(
    (column) => `${valueOf(`("r"."value" -> 'data')`, column)} AS ${quoted(column.name)}`,
  );
  const at = `to_timestamp((("r"."value" ->> 'at')::numeric / 1000)::double precision) AS ${quoted(EXTRACTED_AT)}`;
  const rows = `SELECT ${[at, ...values].join(', ')}, "r"."ordinality" AS "_airbyte_order" FROM json_array_elements($1::json) WITH ORDINALITY AS "r"`;
  if (stream.writeMode !== 'append_dedup')
    return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM (${rows}) AS "n"`;
  const key = keyOf(stream).join(', ');
  const [cursor] = stream.cursorField.map(quoted);
  const newest = `${key}${cursor === undefined ? '' : `, ${cursor} DESC NULLS LAST`}, "_airbyte_order" DESC`;
  const updates = names.map((name) => `${name} = excluded.${name}`).join(', ');
  const newer =
    cursor === undefined ? '' : `WHERE "old".${cursor} IS NULL OR excluded.${cursor} >= "old".${cursor}`;
  return `INSERT INTO ${table} AS "old" (${names.join(', ')})
    SELECT ${names.join(', ')} FROM (SELECT DISTINCT ON (${key}) * FROM (${rows}) AS "n" ORDER BY ${newest}) AS "newest"
    ON CONFLICT (${key}) DO UPDATE SET ${updates} ${newer}`;
}
