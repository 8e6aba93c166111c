/** Reads the schedule that Airbyte holds, in the words of whoever made it. */
import { quartzRule } from './cron/quartz-rule';
import { basicTimingOf, intervalMinutes, parseBasicTiming } from './basic/interval';
import { decodeExpression } from './dialect-encoding';
import type { Schedule, ScheduleType, UpstreamSchedule } from './schedule-types';
import { splitStored } from './stored-expression';
import { findZone } from './time/zone';
import type { Timing } from './timing';

export interface ScheduleReading {
  schedule: Schedule;
  timing: Timing;
}

const MINUTE_MS = 60_000;

function scheduleOf(scheduleType: ScheduleType, members: Partial<Schedule> = {}): Schedule {
  return { scheduleType, cronExpression: null, basicTiming: null, timeZone: null, ...members };
}

function cronTiming(fields: readonly string[], timeZone: string): Timing {
  const rule = quartzRule(fields);
  const zone = findZone(timeZone);
  return rule && zone ? { kind: 'cron', rule, zone } : { kind: 'unknown' };
}

/** Readings of expressions, since a status is read far more often than a schedule is changed. */
const readings = new Map<string, ScheduleReading>();
const MAX_READINGS = 2000;

function readCron(text: string): ScheduleReading {
  let reading = readings.get(text);
  if (!reading) {
    reading = parseCron(text);
    if (readings.size >= MAX_READINGS) readings.clear();
    readings.set(text, reading);
  }
  return { schedule: { ...reading.schedule }, timing: reading.timing };
}

function parseCron(text: string): ScheduleReading {
  const { fields, timeZone } = splitStored(text);
  const timing = cronTiming(fields, timeZone);
  // Our own schedules are always in UTC: a mark beside another zone has been edited by somebody else.
  const reading = timeZone === 'UTC' ? decodeExpression(fields) : null;
  if (reading?.kind === 'basic') {
    return { schedule: scheduleOf('basic', { basicTiming: basicTimingOf(reading.interval) }), timing };
  }
  const cronExpression = reading?.text ?? fields.join(' ');
  return { schedule: scheduleOf('cron', { cronExpression, timeZone }), timing };
}

function readBasic(basicTiming: string | undefined): ScheduleReading {
  const interval = basicTiming === undefined ? null : parseBasicTiming(basicTiming);
  return {
    schedule: scheduleOf('basic', { basicTiming: basicTiming ?? null }),
    timing: interval
      ? { kind: 'basic', intervalMs: intervalMinutes(interval) * MINUTE_MS }
      : { kind: 'unknown' },
  };
}

/**
 * The schedule as it is answered, and what its firings can be computed from. Never throws: expressions, zones and
 * types that are not understood come back as Airbyte holds them, with a timing of kind `unknown`. A type that we
 * do not know is answered by what it carries, else as basic, which is how Airbyte itself reports what it cannot say.
 */
export function readSchedule(upstream: UpstreamSchedule): ScheduleReading {
  const scheduleType = upstream.scheduleType.toLowerCase();
  if (scheduleType === 'manual') return { schedule: scheduleOf('manual'), timing: { kind: 'manual' } };
  if (scheduleType === 'basic') return readBasic(upstream.basicTiming);
  const { cronExpression } = upstream;
  if (scheduleType === 'cron' && cronExpression !== undefined) return readCron(cronExpression);
  if (scheduleType === 'cron') return { schedule: scheduleOf('cron'), timing: { kind: 'unknown' } };
  if (cronExpression === undefined)
    return { ...readBasic(upstream.basicTiming), timing: { kind: 'unknown' } };
  return { ...readCron(cronExpression), timing: { kind: 'unknown' } };
}
