import type { Client } from 'pg';
import { numberAt, objectAt, stringAt, type JsonObject } from '../../json';
import { ConnectorError, type SourceConnector } from '../../protocol/connector';
import { toBytes, type MessageWriter } from '../../protocol/message-writer';
import { streamState, streamStatus, type ConfiguredStream } from '../../protocol/messages';
import { recordHead } from '../../protocol/raw-record';
import { withClient } from '../postgres/client';
import { quoted } from '../postgres/identifiers';
import { readCatalog, readColumns } from './catalog';
import { parseSourceConfig, SOURCE_SPECIFICATION } from './config';

const FETCH_ROWS = 2000;
const CHECKPOINT_ROWS = 10_000;

/** How far an incremental stream has come: the greatest cursor value so far, and which records had it. */
interface Position extends RecordsAt {
  readonly cursor: string;
}

/** The records with a cursor value: how many, and a sum over what is in them, null where it is not known. */
interface RecordsAt {
  readonly recordCount: number;
  readonly hash: string | null;
}

/** Reads tables of a Postgres database: whole, or what has a greater cursor than before. */
export const postgresSource: SourceConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/postgres',
    connectionSpecification: SOURCE_SPECIFICATION,
  },

  async check(config) {
    await withClient(parseSourceConfig(config).postgres, (client) => client.query('SELECT 1'));
  },

  async discover(config) {
    const { postgres, schemas } = parseSourceConfig(config);
    return withClient(postgres, (client) => readCatalog(client, schemas));
  },

  async read({ config, streams, states, output }) {
    await withClient(parseSourceConfig(config).postgres, async (client) => {
      // One snapshot for all streams: what is read belongs together, however long it takes.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      for (const stream of streams) await readStream(client, stream, positionOf(stream, states), output);
      await client.query('COMMIT');
    });
  },
};

async function readStream(
  client: Client,
  stream: ConfiguredStream,
  position: Position | null,
  output: MessageWriter,
): Promise<void> {
  const { name, namespace } = stream;
  await output.message(streamStatus(name, namespace, 'STARTED', new Date()));
  const cursor = await cursorOf(client, stream);
  const { text, values } = await selectOf(client, stream, cursor, position);
  await client.query(`DECLARE "rows" NO SCROLL CURSOR FOR ${text}`, values);
  const head = recordHead(name, namespace);
  const progress = new Progress(stream, position, output);
  for (;;) {
    const { rows } = await client.query<{ data: string; cursor: string | null }>(
      `FETCH ${FETCH_ROWS} FROM "rows"`,
    );
    const tail = `,"emitted_at":${Date.now()}}}`;
    for (const { data, cursor: value } of rows) {
      // A json column keeps its line breaks, which stand between its tokens only: texts have them escaped.
      if (output.line(head + toBytes(/[\r\n]/.test(data) ? data.replace(/[\r\n]/g, ' ') : data) + tail))
        await output.flush();
      progress.note(value);
    }
    await progress.checkpoint(CHECKPOINT_ROWS);
    if (rows.length < FETCH_ROWS) break;
  }
  await client.query('CLOSE "rows"');
  if (cursor !== null) await progress.recount((value) => recordsAt(client, stream, cursor, value));
  await progress.checkpoint(0);
  await output.message(streamStatus(name, namespace, 'COMPLETE', new Date()));
}

/** The column by which a stream is read bit by bit, as SQL has it. */
interface Cursor {
  readonly column: string;
  readonly type: string;
}

/** Null where the stream is read whole. */
async function cursorOf(
  client: Client,
  { name, namespace, cursorField, readMode }: ConfiguredStream,
): Promise<Cursor | null> {
  const [field] = cursorField;
  if (readMode === 'full_refresh' || field === undefined) return null;
  const columns = await readColumns(client, [namespace ?? 'public']);
  const type = columns.find((column) => column.table === name && column.name === field)?.type;
  if (type === undefined) throw new ConnectorError('config_error', `${name} has no column ${field}.`);
  return { column: `"t".${quoted(field)}`, type };
}

function tableOf({ name, namespace }: ConfiguredStream): string {
  return `${quoted(namespace ?? 'public')}.${quoted(name)} AS "t"`;
}

/**
 * Postgres writes the JSON: numerics to their last digit, times in ISO 8601, arrays and JSON as they are. Records with
 * the last cursor value are read again when there are more of them than were read, or others: none may be missed.
 */
async function selectOf(
  client: Client,
  stream: ConfiguredStream,
  cursor: Cursor | null,
  position: Position | null,
): Promise<{ text: string; values: string[] }> {
  const data = `SELECT pg_catalog.row_to_json("t".*)::text AS "data"`;
  if (cursor === null) return { text: `${data}, NULL AS "cursor" FROM ${tableOf(stream)}`, values: [] };
  const { column, type } = cursor;
  const rows = `${data}, ${column}::text AS "cursor" FROM ${tableOf(stream)}`;
  const order = `ORDER BY ${column} NULLS FIRST`;
  if (position === null) return { text: `${rows} ${order}`, values: [] };
  const found = await recordsAt(client, stream, cursor, position.cursor);
  const more =
    found.recordCount > position.recordCount || (position.hash !== null && found.hash !== position.hash);
  const text = `${rows} WHERE ${column} ${more ? '>=' : '>'} $1::${type} ${order}`;
  return { text, values: [position.cursor] };
}

/** Which records have a cursor value, by the column's own idea of what is equal. */
async function recordsAt(
  client: Client,
  stream: ConfiguredStream,
  { column, type }: Cursor,
  value: string,
): Promise<RecordsAt> {
  const { rows } = await client.query<{ count: string; hash: string }>(
    `SELECT COUNT(*) AS "count", COALESCE(SUM(hashtextextended(("t".*)::text, 0)::numeric), 0)::text AS "hash"
     FROM ${tableOf(stream)} WHERE ${column} = $1::${type}`,
    [value],
  );
  return { recordCount: Number(rows[0]?.count), hash: rows[0]?.hash ?? null };
}

/** Counts records and says now and then how far the stream has come. */
class Progress {
  private sinceState = 0;
  private sameCursor = 0;
  private lastCursor: string | null = null;

  constructor(
    private readonly stream: ConfiguredStream,
    private position: Position | null,
    private readonly output: MessageWriter,
  ) {}

  note(cursor: string | null): void {
    this.sinceState++;
    if (cursor === null) return;
    this.sameCursor = cursor === this.lastCursor ? this.sameCursor + 1 : 1;
    this.lastCursor = cursor;
    this.position = { cursor, recordCount: this.sameCursor, hash: null };
  }

  /**
   * At the end everything with the last cursor value was read, now or before: what the snapshot has. Before the end too
   * small a count does no harm, it makes the next attempt read some again.
   */
  async recount(recordsWith: (cursor: string) => Promise<RecordsAt>): Promise<void> {
    if (this.position === null) return;
    const { cursor } = this.position;
    this.position = { cursor, ...(await recordsWith(cursor)) };
  }

  /** A full refresh has no order to go on from, so it has one state, at its end. */
  async checkpoint(afterRows: number): Promise<void> {
    const incremental = this.stream.readMode === 'incremental';
    if (afterRows > 0 && (!incremental || this.position === null || this.sinceState < afterRows)) return;
    const { name, namespace, cursorField } = this.stream;
    const state =
      incremental && this.position !== null
        ? {
            cursor_field: cursorField,
            cursor: this.position.cursor,
            cursor_record_count: this.position.recordCount,
            ...(this.position.hash === null ? {} : { cursor_record_hash: this.position.hash }),
          }
        : {};
    await this.output.message(streamState(name, namespace, state, this.sinceState));
    this.sinceState = 0;
  }
}

function positionOf(
  { name, namespace, cursorField, readMode }: ConfiguredStream,
  states: readonly JsonObject[],
): Position | null {
  if (readMode === 'full_refresh') return null;
  for (const message of states) {
    const stream = objectAt(message, 'stream') ?? {};
    const descriptor = objectAt(stream, 'stream_descriptor') ?? {};
    if (stringAt(descriptor, 'name') !== name || (stringAt(descriptor, 'namespace') ?? null) !== namespace)
      continue;
    const state = objectAt(stream, 'stream_state') ?? {};
    const cursor = stringAt(state, 'cursor');
    // Another cursor field makes the old position meaningless.
    if (cursor === undefined || JSON.stringify(state['cursor_field']) !== JSON.stringify(cursorField))
      return null;
    return {
      cursor,
      recordCount: numberAt(state, 'cursor_record_count') ?? 0,
      hash: stringAt(state, 'cursor_record_hash') ?? null,
    };
  }
  return null;
}
