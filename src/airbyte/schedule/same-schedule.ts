/** Whether a change of schedule would change anything. */
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

/** The request as it would be answered, were it accepted. */
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
 * Whether what is asked for is what Airbyte holds, so that nothing needs to be sent: sending a schedule again
 * resets Airbyte's timer, and one in another zone than UTC cannot be sent at all. True for whatever a read gave.
 */
export function sameSchedule(request: ScheduleRequest, upstream: UpstreamSchedule): boolean {
  const held = readSchedule(upstream).schedule;
  if (equal(explicitMembers(request), held)) return true;
  return equal(canonicalSchedule(request), { ...held, basicTiming: canonicalTiming(held.basicTiming) });
}
