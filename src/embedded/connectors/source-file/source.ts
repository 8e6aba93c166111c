import { numberAt, stringAt, type JsonObject } from '../../platform/json';
import { configError, ConnectorError, type SourceConnector } from '../../protocol/connector';
import type { MessageWriter } from '../../protocol/message-writer';
import { type ConfiguredStream, savedStreamState, streamState, streamStatus } from '../../protocol/messages';
import { recordPrefix } from '../../protocol/raw-record';
import { kindsOf } from './column-kinds';
import { columnsOf } from './columns';
import { FILE_SPEC, parseFileConfig, type FileConfig } from './config';
import { CursorFilter } from './cursor-filter';
import { findFiles, fingerprintOf, openFound } from './files';
import { refuseChanged } from './lines';
import type { LocalFile } from './local-file';
import { parquetRows } from './parquet/rows';
import { type ColumnKinds, csvRows, jsonlRows, type RowBatches } from './rows';

/** The number of rows between two states. A killed sync repeats at most this many rows. */
const CHECKPOINT_ROWS = 25_000;
/** The number of JSON lines that a check reads. Discovery reads all lines, because any may have a new member. */
const CHECKED_ROWS = 1000;

/** Reads one local file, or all files that match a pattern, as one stream. */
export const fileSource: SourceConnector = {
  spec: FILE_SPEC,

  async check(config) {
    await columnsOf(parseFileConfig(config), CHECKED_ROWS);
  },

  async discover(config) {
    const file = parseFileConfig(config);
    const stream = {
      name: file.datasetName,
      json_schema: { type: 'object', properties: await columnsOf(file, Infinity) },
      supported_sync_modes: ['full_refresh', 'incremental'],
    };
    return { streams: [stream] };
  },

  async read({ config, streams, states, output }) {
    const file = parseFileConfig(config);
    for (const stream of streams) {
      const { name } = stream;
      if (name !== file.datasetName) throw configError(`There is no stream ${name}.`);
      try {
        await readStream(file, stream, states, output);
      } catch (error) {
        throw error instanceof ConnectorError ? error.ofStream(name) : error;
      }
    }
  },
};

async function readStream(
  file: FileConfig,
  stream: ConfiguredStream,
  states: readonly JsonObject[],
  output: MessageWriter,
): Promise<void> {
  const found = findFiles(file.url);
  const fingerprint = fingerprintOf(found, file);
  const saved = savedStreamState(states, { name: file.datasetName, namespace: null }) ?? {};
  const skip = stringAt(saved, 'files') === fingerprint ? (numberAt(saved, 'rows') ?? 0) : 0;
  const filter = stream.readMode === 'incremental' ? new CursorFilter(stream, saved) : null;
  const kinds = kindsOf(stream.jsonSchema);
  await output.message(streamStatus(file.datasetName, null, 'STARTED', new Date()));
  const head = recordPrefix(file.datasetName, null);
  const checkpoint = (rows: number, count: number): Promise<void> =>
    output.message(
      streamState(file.datasetName, null, { rows, files: fingerprint, ...filter?.saved }, count),
    );
  let rows = 0;
  let sinceState = 0;
  for (const one of found) {
    const opened = openFound(one);
    try {
      for await (const batch of rowsOf(file, opened, kinds)) {
        const tail = `,"emitted_at":${Date.now()}}}`;
        for (const row of batch) {
          const isNew = filter?.accepts(row, rows + 1) ?? true;
          if (++rows <= skip || !isNew) continue;
          if (output.line(head + row + tail)) await output.flush();
          if (++sinceState === CHECKPOINT_ROWS) {
            await checkpoint(rows, sinceState);
            sinceState = 0;
          }
        }
      }
      refuseChanged(opened);
    } finally {
      opened.close();
    }
  }
  if (fingerprintOf(findFiles(file.url), file) !== fingerprint)
    throw new ConnectorError(
      'transient_error',
      `The files at ${file.url} were changed while they were read.`,
    );
  filter?.finish();
  await checkpoint(rows, sinceState);
  await output.message(streamStatus(file.datasetName, null, 'COMPLETE', new Date()));
}

function rowsOf(config: FileConfig, file: LocalFile, kinds: ColumnKinds): RowBatches {
  if (config.format === 'csv') return csvRows(file, config, kinds);
  return { jsonl: jsonlRows, parquet: parquetRows }[config.format](file, config);
}
