import { numberAt, stringAt, type JsonObject } from '../../platform/json';
import { configError, ConnectorError, type SourceConnector } from '../../protocol/connector';
import type { MessageWriter } from '../../protocol/message-writer';
import { type ConfiguredStream, savedStreamState, streamStatus } from '../../protocol/messages';
import { kindsOf } from './column-kinds';
import { columnsOf } from './columns';
import { FILE_SPEC, parseFileConfig, type FileConfig } from './config';
import { CursorFilter } from './cursor-filter';
import { findFiles, fingerprintOf, openFound } from './files';
import { refuseChanged } from './lines';
import type { LocalFile } from './local-file';
import { parquetRows } from './parquet/rows';
import { RecordSink } from './record-sink';
import type { RowSink } from './row-sink';
import { type ColumnKinds, csvRows, jsonlRows, type RowPieces } from './rows';

/** The number of rows of CSV or JSON lines that a check reads. For JSON lines, discovery reads all, because any may have a new member. */
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
  const sink = new RecordSink(output, file.datasetName, { files: fingerprint, skip, filter });
  for (const one of found) {
    const opened = openFound(one);
    try {
      for await (const { isFull } of rowsOf(file, opened, sink, kinds)) {
        if (isFull) await output.flush();
        sink.setTime(Date.now());
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
  await output.message(sink.state);
  await output.message(streamStatus(file.datasetName, null, 'COMPLETE', new Date()));
}

function rowsOf(config: FileConfig, file: LocalFile, sink: RowSink, kinds: ColumnKinds): RowPieces {
  if (config.format === 'csv') return csvRows(file, config, sink, kinds);
  return { jsonl: jsonlRows, parquet: parquetRows }[config.format](file, config, sink);
}
