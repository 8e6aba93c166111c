import type { Connectors } from '../engine/connectors';
import type { JobOrder } from '../engine/job-streams';
import type { StreamName } from '../protocol/stream-name';
import type { ActorStore } from '../store/actors';
import type { Connection } from '../store/connections';
import type { Job, JobStore } from '../store/jobs';
import { notFound, unprocessable } from './errors';

/** Dependencies of jobs that cancel the running one. */
export interface JobStartOptions {
  readonly actors: ActorStore;
  readonly connectors: Connectors;
  readonly jobs: JobStore;
  /** Ends the running job of a connection. */
  readonly cancelJobOf: (connectionId: string) => Promise<void>;
  readonly start: (connection: Connection, order?: JobOrder) => Job;
}

/** Starts a refresh or a clear. As in Airbyte, a running job of the connection is cancelled first. */
export async function startInsteadOf(
  { jobs, cancelJobOf, start }: JobStartOptions,
  connection: Connection,
  order: JobOrder,
): Promise<Job> {
  // The schedule may start a job during the wait.
  while (jobs.unfinishedOf(connection.id) !== null) await cancelJobOf(connection.id);
  return start(connection, order);
}

/**
 * Starts a job that removes the rows of some streams, or of all.
 * @throws ApiError 404 for a deleted connection, 422 if the destination cannot replace rows
 */
export async function clearConnection(
  options: JobStartOptions,
  connection: Connection,
  type: 'clear' | 'reset',
  streams: readonly StreamName[] = allStreams(connection),
): Promise<Job> {
  if (connection.status === 'deprecated') throw notFound('STANDARD_SYNC', connection.id);
  if (!(await canReplace(options, connection)))
    throw unprocessable('The destination cannot replace rows, so it cannot be cleared.');
  return startInsteadOf(options, connection, { type, streams, replaces: true });
}

/** Whether the destination of a connection can replace rows. */
export async function canReplace(
  { actors, connectors }: JobStartOptions,
  { destinationId }: Connection,
): Promise<boolean> {
  const destination = actors.find('destination', destinationId);
  if (destination === null) return false;
  return (await connectors.writeModes(destination.definitionId)).includes('overwrite');
}

/** The names of all streams of a connection. */
export function allStreams({ streams }: Connection): StreamName[] {
  return streams.map(({ name, namespace }) => ({ name, namespace: namespace ?? '' }));
}
