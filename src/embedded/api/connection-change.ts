import { changesWriteTarget } from '../engine/write-target/write-conflicts';
import type { Now } from '../platform/log';
import type { Mutex } from '../platform/mutex';
import type { Connection, ConnectionStore, DescribedStream } from '../store/connections';
import type { TagStore } from '../store/tags';
import type { TimelineStore } from '../store/timeline';
import { changeEvents } from './change-events';
import { notFound, plainError, unknownId, unprocessable } from './errors';

/** Dependencies of changes of connections. */
export interface ConnectionChangeOptions {
  readonly connections: ConnectionStore;
  readonly tags: TagStore;
  readonly timeline: TimelineStore;
  readonly now: Now;
  /** Notifies the scheduler of a created, changed or deleted connection. */
  readonly changed: (connectionId: string) => void;
  /** Ends the running job of a connection. */
  readonly cancelJobOf: (connectionId: string) => Promise<void>;
  /** Reason why a connection would overwrite other data; null if it would not. */
  readonly conflictOf: (connection: Connection) => Promise<string | null>;
  /** Serializes the check for conflicts and the insert, so that concurrent requests see each other. */
  readonly writeTargetMutex: Mutex;
}

/** A change of a connection. */
export interface ConnectionChange {
  /** Computes the new connection from the current one. It is called again if the connection changes meanwhile. */
  readonly apply: (before: Connection) => Connection;
  /** The new streams with their schemas; null if they are not changed. */
  readonly streams: readonly DescribedStream[] | null;
  /** The ids of the new tags; null if they are not changed. */
  readonly tagIds: readonly string[] | null;
  /** Reason of the change, for the timeline. */
  readonly reason: string | null;
  /** Whether a status was sent. */
  readonly hasStatus: boolean;
  readonly byUser: boolean;
}

/**
 * Changes a connection and records the change in its timeline.
 * @throws ApiError 404 for a deleted connection, 409 for a locked one, 422 if it would overwrite other data
 */
export async function changeConnection(
  options: ConnectionChangeOptions,
  id: string,
  change: ConnectionChange,
): Promise<Connection> {
  const after = await options.writeTargetMutex.run(() => applyChange(options, id, change));
  options.changed(after.id);
  if (after.status === 'deprecated') await options.cancelJobOf(after.id);
  return after;
}

async function applyChange(
  options: ConnectionChangeOptions,
  id: string,
  change: ConnectionChange,
): Promise<Connection> {
  const { connections, tags, timeline } = options;
  const before = findChangeable(connections, id);
  if (changesWriteTarget(before, change.apply(before))) await refuseConflict(options, change.apply(before));
  // Read again after the wait, so that a concurrent change or deletion is kept.
  const current = findChangeable(connections, id);
  const after = change.apply(current);
  connections.transaction(() => {
    if (change.streams === null) connections.save(after);
    else connections.saveDescribed(after, change.streams);
    if (change.tagIds !== null) tags.assign(id, change.tagIds);
    for (const { type, summary } of changeEvents(current, after, change))
      timeline.add({
        connectionId: id,
        type,
        jobId: null,
        summary,
        byUser: change.byUser,
        createdAt: options.now(),
      });
  });
  return after;
}

/** @throws ApiError 422 if the connection would overwrite other data */
export async function refuseConflict(
  { conflictOf }: Pick<ConnectionChangeOptions, 'conflictOf'>,
  connection: Connection,
): Promise<void> {
  const conflict = await conflictOf(connection);
  if (conflict !== null) throw unprocessable(conflict);
}

/** A connection that may be changed. */
export function findChangeable(connections: ConnectionStore, id: string): Connection {
  const connection = connections.find(id);
  if (connection === null) throw unknownId('STANDARD_SYNC', id);
  if (connection.status === 'deprecated') throw notFound('STANDARD_SYNC', id);
  if (connection.status === 'locked') throw plainError(409, 'The connection is locked.');
  return connection;
}
