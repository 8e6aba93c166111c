import type { AirbyteJob } from '../client/airbyte.types';
import { RUN_STATUSES, RUN_TYPES, type RunDto, type RunStatus } from './dto/run.dto';

const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled'];

export function runStatus(job: AirbyteJob): RunStatus {
  return RUN_STATUSES.find((status) => status === job.status) ?? 'unknown';
}

/** Whether nothing more will happen to it. A status that this version has not met counts as not ended. */
export function hasEnded(job: AirbyteJob): boolean {
  return ENDED.includes(runStatus(job));
}

/** A job of Airbyte's in the gateway's words. Airbyte's `startTime` is the moment at which the job was made. */
export function toRun(job: AirbyteJob): RunDto {
  const endedAt = hasEnded(job) ? job.lastUpdatedAt : null;
  return {
    runId: job.jobId,
    connectionId: job.connectionId,
    type: RUN_TYPES.find((type) => type === job.jobType) ?? 'unknown',
    status: runStatus(job),
    queuedAt: job.startTime.toISOString(),
    startedAt: null,
    endedAt: endedAt?.toISOString() ?? null,
    durationMs: endedAt ? endedAt.getTime() - job.startTime.getTime() : null,
    rows: job.rowsSynced,
    bytes: job.bytesSynced,
  };
}
