/** Detects schedule changes without effect. */
import { normaliseExpression } from './accept-cron';
import { basicTimingOf, DEFAULT_INTERVAL, parseBasicTiming } from './basic/interval';
import { readSchedule } from './read-schedule';
import type { Schedule, ScheduleRequest, UpstreamSchedule } from './schedule-types';

function explicitMembers(request: ScheduleRequest): Schedule {
  return {
    scheduleType: request.scheduleType,
    cronExpression: request.cronExpression ?? null,
    basicTiming: request.basicTiming ?? null,
    timeZone: request.timeZone ?? null,
  };
}

function canonicalTiming(timing: string | null): string | null {
  const interval = timing === null ? null : parseBasicTiming(timing);
  return interval ? basicTimingOf(interval) : timing;
}

/** The request in the form in which it would be returned. */
function canonicalSchedule(request: ScheduleRequest): Schedule {
  const { scheduleType, cronExpression, basicTiming, timeZone } = explicitMembers(request);
  const timing = scheduleType === 'basic' ? (basicTiming ?? basicTimingOf(DEFAULT_INTERVAL)) : basicTiming;
  const idleZone = scheduleType !== 'cron' && timeZone === 'UTC';
  return {
    scheduleType,
    cronExpression: cronExpression === null ? null : normaliseExpression(cronExpression),
    basicTiming: canonicalTiming(timing),
    timeZone: idleZone ? null : (timeZone ?? (scheduleType === 'cron' ? 'UTC' : null)),
  };
}

function equal(a: Schedule, b: Schedule): boolean {
  return (
    a.scheduleType === b.scheduleType &&
    a.cronExpression === b.cronExpression &&
    a.basicTiming === b.basicTiming &&
    a.timeZone === b.timeZone
  );
}

/**
 * Whether the requested schedule equals the stored one, so that nothing must be sent: sending it again resets
 * Airbyte's timer, and zones other than UTC cannot be sent. Always true for a schedule that a read returned.
 */
export function sameSchedule(request: ScheduleRequest, upstream: UpstreamSchedule): boolean {
  const held = readSchedule(upstream).schedule;
  if (equal(explicitMembers(request), held)) return true;
  return equal(canonicalSchedule(request), { ...held, basicTiming: canonicalTiming(held.basicTiming) });
}
