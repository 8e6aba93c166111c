import { MODE_PARTS } from '../model/sync-modes';
import { streamDescriptor } from '../protocol/messages';
import type { SourceState } from '../protocol/source-state';
import { namespaceOf, streamKey } from '../protocol/stream-name';
import type { AttemptStreamStore } from '../store/attempt-streams';
import type { AttemptStore } from '../store/attempts';
import type { Connection, ConnectionStream } from '../store/connections';
import type { DestinationRowsStore } from '../store/destination-rows';
import type { Job } from '../store/jobs';
import type { ReplacementStore } from '../store/replacements';
import type { StateStore, StoredState } from '../store/states';
import { restartedStreams } from './job-streams';
import { isSeparable, withoutStreams } from './legacy-state';
import { renamingOf } from './naming';
import { nameOf } from './plan';

/** Progress that is kept between attempts and jobs. */
export interface Progress {
  readonly attempts: AttemptStore;
  readonly attemptStreams: AttemptStreamStore;
  readonly states: StateStore;
  readonly destinationRows: DestinationRowsStore;
  readonly replacements: ReplacementStore;
}

/**
 * Begins an attempt: discards states that must not be resumed, and returns the others as JSON. An incremental stream
 * resumes in every job but a refresh. A full refresh and a refresh resume only from states of the same job. An overwrite starts over in every
 * attempt, because its destination does.
 */
export function beginAttempt(progress: Progress, job: Job, connection: Connection): string[] {
  discardOverwrites(progress, job.id, connection);
  const restarted = restartedStreams(job);
  discardStreams(
    progress.states,
    connection,
    (stream, from) => (isFullRefresh(stream) || restarted.has(streamKey(stream))) && from !== job.id,
  );
  return stateMessages(progress.states.list(connection.id), connection);
}

/**
 * Discards counts and states of overwritten streams after a failed attempt, because their rows did not replace the old
 * ones.
 */
export function discardOverwrites(
  { attempts, attemptStreams, states }: Progress,
  jobId: number,
  connection: Connection,
): void {
  for (const stream of connection.streams.filter(isOverwritten).map(nameOf)) {
    attempts.deleteRows(jobId, stream);
    attemptStreams.resetCommitted(jobId, stream);
  }
  discardStreams(states, connection, isOverwritten);
}

/** Records the rows of overwritten streams after a successful job, and discards a replaced GLOBAL state. */
export function finishJob(
  { attempts, states, destinationRows, replacements }: Progress,
  jobId: number,
  connection: Connection,
): void {
  const rename = renamingOf(connection.settings);
  const overwritten = connection.streams.filter(isOverwritten).map(nameOf);
  for (const stream of overwritten)
    destinationRows.set(connection.id, rename(stream), attempts.rowsOfStream(jobId, stream));
  replacements.remove(connection.id, overwritten);
  states.dropReplacedGlobal(connection.id, jobId);
}

export function isOverwritten({ syncMode }: ConnectionStream): boolean {
  return MODE_PARTS[syncMode].write === 'overwrite';
}

function isFullRefresh({ syncMode }: ConnectionStream): boolean {
  return MODE_PARTS[syncMode].read === 'full_refresh';
}

/** Whether later jobs can restart full refreshes and resume incremental streams from this state. */
export function canResume(state: SourceState, streams: readonly ConnectionStream[]): boolean {
  const lost = streams.filter(isFullRefresh).map(nameOf);
  if (state.kind !== 'LEGACY' || lost.length === 0 || lost.length === streams.length) return true;
  const kept = streams.filter((stream) => !isFullRefresh(stream)).map(nameOf);
  return isSeparable(state.data, { kept, lost });
}

/** Discards states of streams, and the shared state if no remaining stream needs it. */
function discardStreams(
  states: StateStore,
  connection: Connection,
  shouldDiscard: (stream: ConnectionStream, jobId: number) => boolean,
): void {
  const streams = new Map(connection.streams.map((stream) => [streamKey(stream), stream]));
  const isDiscarded = ({ stream, jobId }: StoredState): boolean => {
    const configured = stream === null ? undefined : streams.get(streamKey(stream));
    return configured !== undefined && shouldDiscard(configured, jobId);
  };
  const stored = states.list(connection.id);
  const shared = stored.find(({ stream }) => stream === null);
  const positions = stored.filter(({ stream }) => stream !== null && streams.has(streamKey(stream)));
  for (const state of positions)
    if (isDiscarded(state) && state.stream) states.delete(connection.id, state.stream);
  if (shared === undefined) return;
  const lost = connection.streams.filter((stream) => shouldDiscard(stream, shared.jobId));
  const isUnused =
    lost.length === connection.streams.length ||
    (shared.kind === 'GLOBAL' && positions.length > 0 && positions.every(isDiscarded));
  if (isUnused) states.deleteKind(connection.id, shared.kind);
  else if (shared.kind === 'LEGACY' && lost.length > 0) discardInLegacy(states, connection, shared, lost);
}

function discardInLegacy(
  states: StateStore,
  connection: Connection,
  { text, jobId }: StoredState,
  lost: readonly ConnectionStream[],
): void {
  const kept = connection.streams.filter((stream) => !lost.includes(stream)).map(nameOf);
  const rest = withoutStreams(text, { kept, lost: lost.map(nameOf) });
  // If the streams cannot be separated, the whole state is discarded: rows may be repeated, but none is lost.
  if (rest === null) states.deleteKind(connection.id, 'LEGACY');
  else states.replaceLegacy(connection.id, jobId, rest);
}

/** The entries of the source's state file, without streams that are not synced. */
function stateMessages(stored: readonly StoredState[], connection: Connection): string[] {
  const configured = new Set(connection.streams.map(streamKey));
  const parts = stored.filter(({ stream }) => stream === null || configured.has(streamKey(stream)));
  const global = parts.filter(({ kind }) => kind === 'GLOBAL');
  return [
    ...parts.filter(({ kind }) => kind === 'LEGACY').map(({ text }) => `{"type":"LEGACY","data":${text}}`),
    ...(global.length === 0 ? [] : [globalMessage(global)]),
    ...parts
      .filter(({ kind }) => kind === 'STREAM')
      .map((state) => `{"type":"STREAM","stream":${positionOf(state)}}`),
  ];
}

function globalMessage(parts: readonly StoredState[]): string {
  const shared = parts.find(({ stream }) => stream === null);
  const positions = parts.filter(({ stream }) => stream !== null).map(positionOf);
  const member = shared === undefined ? '' : `"shared_state":${shared.text},`;
  return `{"type":"GLOBAL","global":{${member}"stream_states":[${positions.join(',')}]}}`;
}

function positionOf({ stream, text }: StoredState): string {
  const descriptor = stream === null ? { name: '' } : streamDescriptor(stream.name, namespaceOf(stream));
  return `{"stream_descriptor":${JSON.stringify(descriptor)},"stream_state":${text}}`;
}
