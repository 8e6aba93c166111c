import type { AirbyteClient } from '../client/airbyte.client';
import type { CallContext } from '../client/model/airbyte-types';
import type { InternalClient } from '../internal/internal-client';

/** A connection to try reads with. */
export interface DetectionTarget {
  readonly connectionId: string;
  /** Creation of the connection, or earlier than all its jobs. */
  readonly createdFrom: Date;
  readonly now: Date;
}

/**
 * Uses each read of the internal API once, with a connection and its newest job, so that its state is known. Changes are not
 * tried. @throws AirbyteError of the public API
 */
export async function detectCapabilities(
  client: AirbyteClient,
  internal: InternalClient,
  { connectionId, createdFrom, now }: DetectionTarget,
  context: CallContext,
): Promise<void> {
  const [newest] = await client.listJobs({ connectionId, limit: 1, offset: 0 }, context);
  await Promise.all([
    internal.failedJobs({ connectionId, createdFrom, createdTo: now, limit: 1, offset: 0 }, context),
    internal.syncProgress(connectionId, context),
    internal.timeline({ connectionId, limit: 1, offset: 0, createdTo: null }, context),
    newest && detectLogs(internal, newest.jobId, context),
  ]);
}

async function detectLogs(internal: InternalClient, jobId: string, context: CallContext): Promise<void> {
  const details = await internal.jobDetails(jobId, context);
  const attempt = details?.attempts.at(-1);
  if (attempt) await internal.attemptLog({ jobId, attempt: attempt.number, tail: 1 }, context);
}

/** Finds out whether schedules can be written, by a read that needs no connection. */
export async function detectScheduleWrites(internal: InternalClient, context: CallContext): Promise<void> {
  await Promise.all([
    internal.detectSchedules('timeZones', context),
    internal.detectSchedules('intervals', context),
  ]);
}
