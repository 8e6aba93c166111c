import { previewSchedule, type Schedule } from '../schedule';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { CreationCheckDto, UncheckedFieldDto } from './dto/creation-check.dto';

const COUNT = 3;

/** What the schedule of a creation would come to, were it made now. `accepted` is the schedule as a read would give it. */
export function dryRun(
  { schedule, status }: CreateIngestionDto,
  accepted: Schedule,
  unchecked: UncheckedFieldDto[],
  at: { readonly now: Date; readonly minIntervalMinutes: number },
): CreationCheckDto {
  const result = schedule ? previewSchedule(schedule, { ...at, from: at.now, count: COUNT }) : null;
  const preview = result?.ok ? result.preview : null;
  const fires = (status ?? 'active') === 'active';
  return {
    schedule: accepted,
    quartzExpression: preview?.quartzExpression ?? null,
    nextSyncs: fires ? (preview?.nextSyncs ?? []).map((moment) => moment.toISOString()) : [],
    unchecked,
  };
}
