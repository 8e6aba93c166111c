import {
  nextSyncs,
  readSchedule,
  type Schedule,
  type ScheduleRequest,
  type Timing,
  translateSchedule,
  type UpstreamSchedule,
} from '../../src/airbyte/schedule';

export const NOW = new Date('2026-01-15T10:30:42.500Z');

export function cron(cronExpression: string): ScheduleRequest {
  return { scheduleType: 'cron', cronExpression };
}

/** Returns the cron expression that is sent to Airbyte. Throws if the request is refused. */
export function stored(request: ScheduleRequest, now = NOW): string {
  const translation = translateSchedule(request, { now, minIntervalMinutes: 1 });
  if (!translation.ok) throw new Error(`refused: ${JSON.stringify(translation.faults)}`);
  if (translation.upstream.scheduleType !== 'cron') throw new Error('not stored as cron');
  return translation.upstream.cronExpression;
}

/** A cron schedule as Airbyte stores it. */
export function heldCron(expression: string, zone = 'UTC'): UpstreamSchedule {
  return { scheduleType: 'cron', cronExpression: `${expression} ${zone}` };
}

/** Returns the schedule that the gateway reads from a stored expression. */
export function readBack(expression: string): Schedule {
  return readSchedule(heldCron(expression)).schedule;
}

interface Options {
  readonly minIntervalMinutes?: number;
  readonly now?: Date;
}

/** Returns the reasons of a refusal. */
export function reasons(
  request: ScheduleRequest,
  { minIntervalMinutes = 1, now = NOW }: Options = {},
): string[] {
  const translation = translateSchedule(request, { now, minIntervalMinutes });
  return translation.ok ? [] : translation.faults.map((fault) => fault.reason);
}

/** Returns the hints of a refusal, joined. */
export function hints(request: ScheduleRequest, minIntervalMinutes = 1): string {
  const translation = translateSchedule(request, { now: NOW, minIntervalMinutes });
  return translation.ok ? '' : translation.faults.map((fault) => fault.hint).join('; ');
}

/** Returns the next syncs of an active ingestion without jobs. */
export function isoSyncs(timing: Timing, now: Date, count: number): string[] {
  const syncs = nextSyncs(timing, { now, isActive: true, newestJobStartedAt: null, count });
  return syncs.map((sync) => sync.toISOString());
}
