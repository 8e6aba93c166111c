import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from './job-status';
import { RUN_STATUSES, RUN_TYPES, type RunDto, type RunStatus } from './dto/run.dto';

export function runStatus(job: AirbyteJob): RunStatus {
  return RUN_STATUSES.find((status) => status === job.status) ?? 'unknown';
}

/** Maps a job to a run. Airbyte's `startTime` is the time when the job was created. */
export function toRun(job: AirbyteJob): RunDto {
  const endedAt = hasEnded(job) ? job.lastUpdatedAt : null;
  return {
    runId: job.jobId,
    connectionId: job.connectionId,
    type: RUN_TYPES.find((type) => type === job.jobType) ?? 'unknown',
    status: runStatus(job),
    upstreamStatus: runStatus(job) === 'unknown' ? job.status : null,
    queuedAt: job.startTime.toISOString(),
    startedAt: null,
    endedAt: endedAt?.toISOString() ?? null,
    durationMs: endedAt ? Math.max(0, endedAt.getTime() - job.startTime.getTime()) : null,
    rows: job.rowsSynced,
    bytes: job.bytesSynced,
  };
}
