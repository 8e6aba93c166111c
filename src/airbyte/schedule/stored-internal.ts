/** Schedules that are written through the internal API, and as the public API shows them. */
import { basicTimingOf, parseBasicTiming } from './basic/interval';
import type { InternalSchedule, UpstreamSchedule } from './schedule-types';
import { splitStored } from './stored-expression';

/** The schedule as the public API shows it. */
export function storedForm(written: InternalSchedule): UpstreamSchedule {
  return written.scheduleType === 'cron'
    ? { scheduleType: 'cron', cronExpression: `${written.cronExpression} ${written.timeZone}` }
    : { scheduleType: 'basic', basicTiming: basicTimingOf(written.basicSchedule) };
}

/** Whether the public API shows exactly this schedule. Older versions of Airbyte write units in lower case. */
export function isStored(written: InternalSchedule, stored: UpstreamSchedule): boolean {
  const { scheduleType, cronExpression, basicTiming } = storedForm(written);
  return (
    stored.scheduleType === scheduleType &&
    stored.cronExpression === cronExpression &&
    stored.basicTiming?.toUpperCase() === basicTiming?.toUpperCase()
  );
}

/** The stored schedule as it is written again; null for one of a later Airbyte. */
export function writtenForm(
  stored: UpstreamSchedule,
): InternalSchedule | { readonly scheduleType: 'manual' } | null {
  const { scheduleType, cronExpression, basicTiming } = stored;
  if (scheduleType === 'manual') return { scheduleType };
  if (scheduleType === 'cron' && cronExpression !== undefined) {
    const { fields, timeZone } = splitStored(cronExpression);
    return { scheduleType, cronExpression: fields.join(' '), timeZone };
  }
  const basicSchedule = scheduleType === 'basic' ? parseBasicTiming(basicTiming ?? '') : null;
  return basicSchedule && { scheduleType: 'basic', basicSchedule };
}
