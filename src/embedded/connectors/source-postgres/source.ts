import type { Client } from 'pg';
import { numberAt, objectAt, stringAt, type JsonObject } from '../../json';
import { ConnectorError, type SourceConnector } from '../../protocol/connector';
import { toBytes, type MessageWriter } from '../../protocol/message-writer';
import { streamState, streamStatus, type ConfiguredStream } from '../../protocol/messages';
import { recordHead } from '../../protocol/raw-record';
import { CONNECTION_PROPERTIES, parsePostgresConfig, quoted, withClient } from '../postgres/config';
import { readCatalog, readColumns } from './catalog';

const FETCH_ROWS = 2000;
const CHECKPOINT_ROWS = 10_000;

/** How far an incremental stream has come: the greatest cursor value so far, and how many records had it. */
interface Position {
  readonly cursor: string;
  readonly recordCount: number;
}

/** Reads tables of a Postgres database: whole, or what has a greater cursor than before. */
export const postgresSource: SourceConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/postgres',
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Postgres source',
      type: 'object',
      required: ['host', 'database', 'username'],
      properties: {
        ...CONNECTION_PROPERTIES,
        schemas: { type: 'array', items: { type: 'string' }, default: ['public'] },
      },
    },
  },

  async check(config) {
    await withClient(parsePostgresConfig(config), (client) => client.query('SELECT 1'));
  },

  async discover(config) {
    const postgres = parsePostgresConfig(config);
    return withClient(postgres, (client) => readCatalog(client, postgres.schemas));
  },

  async read({ config, streams, states, output }) {
    await withClient(parsePostgresConfig(config), async (client) => {
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
  await client.query(`DECLARE "rows" NO SCROLL CURSOR FOR ${await selectOf(client, stream, position)}`);
  const head = recordHead(name, namespace);
  const progress = new Progress(stream, position, output);
  for (;;) {
    const { rows } = await client.query<{ data: string; cursor: string | null }>(
      `FETCH ${FETCH_ROWS} FROM "rows"`,
    );
    const tail = `,"emitted_at":${Date.now()}}}`;
    for (const { data, cursor } of rows) {
      // A json column keeps its line breaks, which stand between its tokens only: texts have them escaped.
      if (output.line(head + toBytes(/[\r\n]/.test(data) ? data.replace(/[\r\n]/g, ' ') : data) + tail))
        await output.flush();
      progress.note(cursor);
    }
    await progress.checkpoint(CHECKPOINT_ROWS);
    if (rows.length < FETCH_ROWS) break;
  }
  await progress.checkpoint(0);
  await client.query('CLOSE "rows"');
  await output.message(streamStatus(name, namespace, 'COMPLETE', new Date()));
}

/** Postgres writes the JSON: numerics to their last digit, times in ISO 8601, arrays and JSON as they are. */
async function selectOf(
  client: Client,
  stream: ConfiguredStream,
  position: Position | null,
): Promise<string> {
  const table = `${quoted(stream.namespace ?? 'public')}.${quoted(stream.name)}`;
  const [cursorField] = stream.cursorField;
  if (stream.readMode === 'full_refresh' || cursorField === undefined) {
    return `SELECT row_to_json("t")::text AS "data", NULL AS "cursor" FROM ${table} AS "t"`;
  }
  const cursor = `"t".${quoted(cursorField)}`;
  const condition =
    position === null ? '' : await newerThan(client, { stream, table, cursor, cursorField }, position);
  return `SELECT row_to_json("t")::text AS "data", ${cursor}::text AS "cursor" FROM ${table} AS "t" ${condition} ORDER BY ${cursor} NULLS FIRST`;
}

/** Records with the last cursor value are read again when there are more of them than before: none may be missed. */
async function newerThan(
  client: Client,
  {
    stream,
    table,
    cursor,
    cursorField,
  }: { stream: ConfiguredStream; table: string; cursor: string; cursorField: string },
  position: Position,
): Promise<string> {
  const columns = await readColumns(client, [stream.namespace ?? 'public']);
  const type = columns.find((column) => column.table === stream.name && column.name === cursorField)?.type;
  if (type === undefined) throw new ConnectorError('config_error', `${table} has no column ${cursorField}.`);
  const last = `'${position.cursor.replaceAll("'", "''")}'::${type}`;
  const { rows } = await client.query<{ count: string }>(
    `SELECT COUNT(*) AS "count" FROM ${table} AS "t" WHERE ${cursor} = ${last}`,
  );
  return `WHERE ${cursor} ${Number(rows[0]?.count) > position.recordCount ? '>=' : '>'} ${last}`;
}

/** Counts records and says now and then how far the stream has come. */
class Progress {
  private sinceState = 0;

  constructor(
    private readonly stream: ConfiguredStream,
    private position: Position | null,
    private readonly output: MessageWriter,
  ) {}

  note(cursor: string | null): void {
    this.sinceState++;
    if (cursor === null) return;
    const same = this.position?.cursor === cursor ? this.position.recordCount : 0;
    this.position = { cursor, recordCount: same + 1 };
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
    return { cursor, recordCount: numberAt(state, 'cursor_record_count') ?? 0 };
  }
  return null;
}
