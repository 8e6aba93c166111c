import type { JsonObject } from '../../platform/json';
import { messageOf } from '../../platform/system-error';
import { fromBytes } from '../../protocol/message-writer';
import { streamDescriptor, type DiscoveredStream } from '../../protocol/messages';
import { LineReader, looksLikeRecord } from '../../protocol/raw-record';
import {
  CommandError,
  configurationFailure,
  type ConnectorRuntimeDirs,
  endedWithoutAnswer,
  reportedFailure,
  runConnector,
} from '../command';
import { MAX_FAILURE_CHARACTERS } from '../limits';
import { sampleRow, type SampleRow } from './sample-row';

/** Rows of a sample. */
const MAX_ROWS = 10;
/** Characters of a sample. A row that passes them is the last one. */
const MAX_CHARACTERS = 1_000_000;

/** The read of a sample. */
export interface SampleRead {
  readonly command: readonly string[];
  readonly config: JsonObject;
  readonly stream: DiscoveredStream;
  readonly timeoutMs: number;
  readonly redact: (text: string) => string;
  readonly onConfiguration: (configuration: JsonObject) => void;
  readonly signal: AbortSignal;
}

/** The first rows of a stream. */
export interface SampleRows {
  readonly rows: readonly SampleRow[];
  /** False if the stream may have more rows. */
  readonly isComplete: boolean;
}

/**
 * Reads the first rows of a stream and stops the connector. After a timeout the rows so far are returned.
 * @throws CommandError with secrets masked
 */
export async function readSample(runtimeDirs: ConnectorRuntimeDirs, read: SampleRead): Promise<SampleRows> {
  const { command, config, stream, timeoutMs, redact, onConfiguration, signal } = read;
  const rows: SampleRow[] = [];
  const lines = new LineReader();
  let size = 0;
  const reported: { reason: string | null } = { reason: null };
  const ended = await runConnector(runtimeDirs, {
    command,
    name: 'read',
    files: { config, catalog: catalogOf(stream) },
    timeoutMs,
    redact,
    signal,
    onLine: (line) => {
      const text = line.toString('latin1');
      const found = lines.read(text);
      if (found === null) {
        if (looksLikeRecord(text)) reported.reason ??= 'The source sent a record that is not valid JSON.';
      } else if ('message' in found)
        reported.reason ??=
          reportedFailure(found.message) ?? configurationFailure(found.message, onConfiguration);
      else if (found.record.stream === stream.name) {
        try {
          const row = sampleRow(fromBytes(found.record.data.json), redact);
          size += row.size;
          rows.push(row);
        } catch (error) {
          reported.reason ??= `A record cannot be read: ${messageOf(error)}`;
        }
      }
      return reported.reason !== null || rows.length >= MAX_ROWS || size > MAX_CHARACTERS;
    },
  });
  const failure = reported.reason ?? (ended.isTimedOut && rows.length > 0 ? null : ended.failure);
  if (failure !== null) throw new CommandError(redact(failure).slice(0, MAX_FAILURE_CHARACTERS));
  const hasEnded = !ended.isStopped && !ended.isTimedOut;
  if (hasEnded && ended.end.code !== 0) throw new CommandError(endedWithoutAnswer('read', ended));
  return { rows, isComplete: hasEnded };
}

/** The first read of one stream, without a state. */
function catalogOf(stream: DiscoveredStream): JsonObject {
  const { name, namespace, jsonSchema, syncModes, defaultCursorField, sourceDefinedPrimaryKey } = stream;
  const canReadAll = syncModes.includes('full_refresh');
  return {
    streams: [
      {
        stream: {
          ...streamDescriptor(name, namespace),
          json_schema: jsonSchema,
          supported_sync_modes: syncModes,
          source_defined_cursor: stream.sourceDefinedCursor,
          default_cursor_field: defaultCursorField,
          source_defined_primary_key: sourceDefinedPrimaryKey,
        },
        sync_mode: canReadAll ? 'full_refresh' : 'incremental',
        destination_sync_mode: 'append',
        cursor_field: canReadAll ? [] : defaultCursorField,
        primary_key: sourceDefinedPrimaryKey,
        generation_id: 0,
        minimum_generation_id: 0,
        sync_id: 0,
      },
    ],
  };
}
