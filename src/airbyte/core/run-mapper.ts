import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from './job-status';
import { RUN_STATUSES, RUN_TYPES, type RunDto, type RunStatus } from './dto/run.dto';

export function runStatus(job: AirbyteJob): RunStatus {
  return RUN_STATUSES.find((status) => status === job.status) ?? 'unknown';
}

/** Maps a job to a run. Airbyte's `startTime` is the time when the job was created. */
export function toRun(job: AirbyteJob): RunDto {
  const endedAtMs = hasEnded(job) ? job.lastUpdatedAtMs : null;
  return {
    runId: job.jobId,
    connectionId: job.connectionId,
    type: RUN_TYPES.find((type) => type === job.jobType) ?? 'unknown',
    status: runStatus(job),
    upstreamStatus: runStatus(job) === 'unknown' ? job.status : null,
    queuedAt: new Date(job.startTimeMs).toISOString(),
    startedAt: null,
    endedAt: endedAtMs === null ? null : new Date(endedAtMs).toISOString(),
    durationMs: endedAtMs === null ? null : Math.max(0, endedAtMs - job.startTimeMs),
    rows: job.rowsSynced,
    bytes: job.bytesSynced,
  };
}
