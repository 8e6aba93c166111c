import { isObject, numberAt, objectAt, parseObject, stringAt, type JsonObject } from '../../json';
import { ConnectorError, type SourceConnector } from '../../protocol/connector';
import { fromBytes, type MessageWriter } from '../../protocol/message-writer';
import { streamState, streamStatus } from '../../protocol/messages';
import { recordHead } from '../../protocol/raw-record';
import { FILE_SPEC, parseFileConfig, type FileConfig } from './config';
import { findFiles } from './files';
import { csvHeader, csvRows, jsonlRows, type RowBatches } from './rows';

/** A state after so many rows: what a killed sync repeats at most, and how often the destination syncs to disk. */
const CHECKPOINT_ROWS = 25_000;
/** How many lines of NDJSON a check looks at; discovery looks at all, since any may bring another member. */
const CHECKED_ROWS = 1000;

/** Reads one local file, or all that match a pattern, as one stream. */
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
      supported_sync_modes: ['full_refresh'],
    };
    return { streams: [stream] };
  },

  async read({ config, streams, states, output }) {
    const file = parseFileConfig(config);
    for (const { name } of streams) {
      if (name !== file.datasetName) throw new ConnectorError('config_error', `There is no stream ${name}.`);
      await readStream(file, states, output);
    }
  },
};

async function readStream(
  file: FileConfig,
  states: readonly JsonObject[],
  output: MessageWriter,
): Promise<void> {
  const { paths, fingerprint } = findFiles(file.url);
  const skip = rowsDone(file.datasetName, states, fingerprint);
  await output.message(streamStatus(file.datasetName, null, 'STARTED', new Date()));
  const head = recordHead(file.datasetName, null);
  const checkpoint = (rows: number, count: number): Promise<void> =>
    output.message(streamState(file.datasetName, null, { rows, files: fingerprint }, count));
  let rows = 0;
  let sinceState = 0;
  for (const path of paths) {
    for await (const batch of rowsOf(file, path)) {
      const tail = `,"emitted_at":${Date.now()}}}`;
      for (const row of batch) {
        if (++rows <= skip) continue;
        if (output.line(head + row + tail)) await output.flush();
        if (++sinceState === CHECKPOINT_ROWS) {
          await checkpoint(rows, sinceState);
          sinceState = 0;
        }
      }
    }
  }
  await checkpoint(rows, sinceState);
  await output.message(streamStatus(file.datasetName, null, 'COMPLETE', new Date()));
}

function rowsOf(file: FileConfig, path: string): RowBatches {
  return file.format === 'csv' ? csvRows(path) : jsonlRows(path);
}

/** How many rows an earlier attempt brought over, provided that the files are unchanged. */
function rowsDone(name: string, states: readonly JsonObject[], fingerprint: string): number {
  for (const message of states) {
    const stream = objectAt(message, 'stream') ?? {};
    const state = objectAt(stream, 'stream_state') ?? {};
    if (stringAt(objectAt(stream, 'stream_descriptor') ?? {}, 'name') !== name) continue;
    return stringAt(state, 'files') === fingerprint ? (numberAt(state, 'rows') ?? 0) : 0;
  }
  return 0;
}

/** The columns of all files, from so many rows of each where the rows tell. */
async function columnsOf(file: FileConfig, maxRows: number): Promise<JsonObject> {
  const types = new Map<string, Set<string>>();
  const add = (name: string, type: string): void => {
    const found = types.get(name);
    if (found === undefined) types.set(name, new Set(['null', type]));
    else found.add(type);
  };
  for (const path of findFiles(file.url).paths) {
    if (file.format === 'csv') for (const name of await csvHeader(path)) add(name, 'string');
    else await addJsonlColumns(path, maxRows, add);
  }
  return Object.fromEntries([...types].map(([name, found]) => [name, { type: [...found] }]));
}

async function addJsonlColumns(
  path: string,
  maxRows: number,
  add: (name: string, type: string) => void,
): Promise<void> {
  let seen = 0;
  for await (const batch of jsonlRows(path)) {
    for (const row of batch.slice(0, maxRows - seen)) {
      for (const [name, value] of Object.entries(parseObject(fromBytes(row)) ?? {})) add(name, typeOf(value));
    }
    seen += batch.length;
    if (seen >= maxRows) return;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  return typeof value;
}
