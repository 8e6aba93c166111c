import type { AirbyteConnection, AirbyteJob, AirbyteStream } from '../client/model/airbyte-types';
import { currentJob } from '../core/job-status';
import { toRun } from '../core/run-mapper';
import type { RunCheckDto, TableEffect } from './dto/run-check.dto';
import { emptiesTables, type RunPlan } from './run-plan';

const MAX_TABLES = 10_000;

export function toRunCheck(
  plan: RunPlan,
  { prefix }: AirbyteConnection,
  newestJobs: readonly AirbyteJob[],
): RunCheckDto {
  const current = currentJob(newestJobs);
  return {
    type: plan.type,
    mode: plan.mode,
    tables: plan.streams.slice(0, MAX_TABLES).map((stream) => ({
      table: `${prefix ?? ''}${stream.name}`,
      stream: stream.name,
      namespace: stream.namespace,
      effect: effectOf(plan, stream),
    })),
    currentRun: current && toRun(current),
    additionalScope: emptiesTables(plan) ? 'ingestion:destroy' : null,
  };
}

function effectOf({ type, mode }: RunPlan, { syncMode }: AirbyteStream): TableEffect {
  const overwrites = syncMode?.startsWith('full_refresh_overwrite') ?? false;
  switch (type) {
    case 'sync':
      return overwrites ? 'replaces' : 'adds';
    case 'refresh':
      return overwrites || mode === 'truncate' ? 'replaces' : 'rereads';
    case 'clear':
      return 'empties';
  }
}
