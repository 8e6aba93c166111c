import type { AttemptStore } from '../store/attempts';
import type { Connection, ConnectionStream } from '../store/connections';
import { nameOf } from './plan';

/**
 * The states from which an attempt goes on: an incremental stream's newest, a fully refreshed stream's only when
 * this very job brought it, and none for a stream that is overwritten, which begins anew with every attempt.
 */
export function statesToResume(attempts: AttemptStore, jobId: number, connection: Connection): string[] {
  for (const stream of connection.streams) {
    if (stream.syncMode === 'full_refresh_overwrite')
      attempts.restartStream(connection.id, jobId, nameOf(stream));
  }
  const full = new Set(connection.streams.filter(isFullRefresh).map((stream) => keyOf(nameOf(stream))));
  return attempts
    .states(connection.id)
    .filter(({ stream, jobId: from }) => from === jobId || !full.has(keyOf(stream)))
    .map(({ message }) => message);
}

/** Forgets the states that must not outlive their job: the next full refresh begins at the beginning. */
export function forgetFinished(attempts: AttemptStore, connection: Connection): void {
  for (const stream of connection.streams.filter(isFullRefresh))
    attempts.forgetState(connection.id, nameOf(stream));
}

function isFullRefresh({ syncMode }: ConnectionStream): boolean {
  return syncMode === 'full_refresh_overwrite' || syncMode === 'full_refresh_append';
}

function keyOf({ name, namespace }: { name: string; namespace: string }): string {
  return JSON.stringify([namespace, name]);
}
