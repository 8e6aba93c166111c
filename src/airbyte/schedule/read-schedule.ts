/** Reads the schedule stored in Airbyte and restores the caller's form. */
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

/** Cache: statuses are read far more often than schedules change. */
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
  const reading = decodeExpression(fields);
  // The gateway's own intervals are always in UTC. An encoded one in another zone was edited elsewhere.
  if (reading?.kind === 'basic' && timeZone === 'UTC') {
    return { schedule: scheduleOf('basic', { basicTiming: basicTimingOf(reading.interval) }), timing };
  }
  const cronExpression = reading?.kind === 'cron' ? reading.text : fields.join(' ');
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
 * Returns the schedule for the API and its timing. Never throws: unknown expressions, zones and types are
 * returned as stored, with a timing of kind `unknown`. An unknown type is reported by the fields it has,
 * otherwise as `basic`, as Airbyte itself does.
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
