import { previewSchedule, type Schedule } from '../schedule';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { CreationCheckDto } from './dto/creation-check.dto';

const COUNT = 3;

/**
 * Result of a dry run.
 * @param accepted the schedule as a read would return it
 */
export function dryRun(
  { schedule, status }: CreateIngestionDto,
  accepted: Schedule,
  found: Pick<CreationCheckDto, 'unchecked' | 'warnings'>,
  at: { readonly now: Date; readonly minIntervalMinutes: number },
): CreationCheckDto {
  const result = schedule
    ? previewSchedule(schedule, { ...at, from: at.now, count: COUNT, anyInterval: true })
    : null;
  const preview = result?.ok ? result.preview : null;
  const fires = (status ?? 'active') === 'active';
  return {
    schedule: accepted,
    quartzExpression: preview?.quartzExpression ?? null,
    nextSyncs: fires ? (preview?.nextSyncs ?? []).map((moment) => moment.toISOString()) : [],
    ...found,
  };
}
