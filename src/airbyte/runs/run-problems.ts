import { ProblemException } from '../../api/problem/problem.exception';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { runStatus } from '../core/run-mapper';

export function runNotFound(): ProblemException {
  return new ProblemException(
    'run-not-found',
    'This ingestion has no run with this id. GET /ingestion/{id}/runs lists its runs.',
  );
}

export function runEnded(job: AirbyteJob): ProblemException {
  return new ProblemException('run-ended', `Run ${job.jobId} is over: ${runStatus(job)}.`, {
    runId: job.jobId,
  });
}

export function runInProgress(runId: string): ProblemException {
  return new ProblemException(
    'run-in-progress',
    `Run ${runId} has not ended. Wait for it, or send {"onConflict": "attach"} to get it instead of this problem.`,
    { runId },
  );
}

export function ingestionInactive(): ProblemException {
  return new ProblemException('ingestion-inactive', 'An inactive ingestion cannot run. Activate it first.');
}
