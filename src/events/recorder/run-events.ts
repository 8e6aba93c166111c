import type { RunDto } from '../../airbyte/core/dto/run.dto';
import type { RunFailureDto } from '../../airbyte/core/dto/run-failure.dto';
import type { AirbyteJob } from '../../airbyte/client/model/airbyte-types';
import { hasEnded } from '../../airbyte/core/job-status';
import { toRun } from '../../airbyte/core/run-mapper';
import type { EventDto } from '../dto/event.dto';
import { eventId } from '../event-id';
import type { EventType } from '../event-types';
import type { EventDraft } from '../log/event-store';

/** Event of each status of a job. An unknown status has none. */
const TYPE_BY_STATUS: Readonly<Record<string, EventType>> = {
  pending: 'run.queued',
  queued: 'run.queued',
  running: 'run.started',
  // Between two attempts of one job: Airbyte retries it.
  incomplete: 'run.started',
  succeeded: 'run.succeeded',
  failed: 'run.failed',
  cancelled: 'run.cancelled',
};

/** Members that all events of one observation have in common. */
export interface Observation {
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly observedAt: Date;
}

/** Id of the event of a job that has reached its present status; null if the status is unknown. */
export function runEventId(job: AirbyteJob): string | null {
  const type = TYPE_BY_STATUS[job.status];
  if (type === undefined) return null;
  // Job ids restart when Airbyte is installed anew.
  return eventId(type, job.connectionId, job.jobId, String(job.startTimeMs));
}

/**
 * The event of a job that has reached its present status. Statuses that were not seen have no events.
 * @param failure reason of a failed run; null if it is not known
 */
export function runEvent(
  job: AirbyteJob,
  failure: RunFailureDto | null,
  observation: Observation,
): EventDraft | null {
  const type = TYPE_BY_STATUS[job.status];
  const id = runEventId(job);
  if (type === undefined || id === null) return null;
  const occurredAt = new Date(occurredAtMs(job, type) ?? observation.observedAt.getTime());
  const run: Readonly<RunDto> = toRun(job);
  return eventDraft(observation, { id, type, occurredAt, run: { ...run, failure }, status: null });
}

/** Airbyte's public API does not report when a job began to run. */
function occurredAtMs(job: AirbyteJob, type: EventType): number | null {
  if (hasEnded(job)) return job.lastUpdatedAtMs ?? job.startTimeMs;
  return type === 'run.queued' ? job.startTimeMs : null;
}

export function eventDraft(
  { connectionId, workspaceId, observedAt }: Observation,
  event: Pick<EventDto, 'id' | 'type' | 'run' | 'status'> & { readonly occurredAt: Date },
): EventDraft {
  const { id, type, run, status, occurredAt } = event;
  const ingestion = `/ingestion/${connectionId}`;
  const content: Omit<EventDto, 'sequence'> = {
    id,
    type,
    occurredAt: occurredAt.toISOString(),
    observedAt: observedAt.toISOString(),
    connectionId,
    workspaceId,
    run,
    status,
    webhook: null,
    links: {
      ingestion,
      status: `${ingestion}/status`,
      run: run && `${ingestion}/runs/${encodeURIComponent(run.runId)}`,
      webhook: null,
    },
  };
  return {
    id,
    type,
    subjectId: connectionId,
    workspaceId,
    observedAtMs: observedAt.getTime(),
    content: JSON.stringify(content),
  };
}
