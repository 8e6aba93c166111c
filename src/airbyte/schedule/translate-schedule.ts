/** Translates a requested schedule to one that Airbyte's public API can store. */
import { type Anchor, anchorAt, basicCron, readBasicCron } from './basic/basic-cron';
import { type BasicInterval, basicTimingOf, sameInterval } from './basic/interval';
import { acceptBasic } from './accept-basic';
import { acceptCron } from './accept-cron';
import { decodeExpression, encodeExpression } from './dialect-encoding';
import { withMemberFaults } from './member-faults';
import type { Schedule, ScheduleRequest, Translation, UpstreamSchedule } from './schedule-types';
import { splitStored } from './stored-expression';
import { UTC } from './time/zone';

export interface TranslationContext {
  now: Date;
  /** Schedules that fire more often are rejected. */
  minIntervalMinutes: number;
  /** The stored schedule, for changes: an unchanged basic interval keeps its anchor. */
  held?: UpstreamSchedule;
}

const NOTHING = { cronExpression: null, basicTiming: null, timeZone: null };

function translateCron(text: string, context: TranslationContext): Translation {
  const { now: from, minIntervalMinutes } = context;
  const accepted = acceptCron(text, { from, zone: UTC, minIntervalMinutes });
  if (!accepted.ok) return accepted;
  const { expression } = accepted;
  return {
    ok: true,
    schedule: { ...NOTHING, scheduleType: 'cron', cronExpression: expression.text, timeZone: 'UTC' },
    upstream: { scheduleType: 'cron', cronExpression: encodeExpression(expression) },
  };
}

/** Anchor of the stored basic interval if it equals the requested one; null otherwise. */
function heldAnchor(held: UpstreamSchedule | undefined, interval: BasicInterval): Anchor | null {
  if (held?.cronExpression === undefined) return null;
  const { fields, timeZone } = splitStored(held.cronExpression);
  const reading = timeZone === 'UTC' ? decodeExpression(fields) : null;
  if (reading?.kind !== 'basic' || !sameInterval(reading.interval, interval)) return null;
  return readBasicCron(fields)?.anchor ?? null;
}

function translateBasic(timing: string | null, context: TranslationContext): Translation {
  const accepted = acceptBasic(timing, context.minIntervalMinutes);
  if (!accepted.ok) return accepted;
  const { interval } = accepted;
  const anchor = heldAnchor(context.held, interval) ?? anchorAt(context.now);
  const cronExpression = basicCron(interval, anchor);
  if (cronExpression === null)
    throw new Error(`An accepted interval has no expression: ${basicTimingOf(interval)}`);
  return {
    ok: true,
    schedule: { ...NOTHING, scheduleType: 'basic', basicTiming: basicTimingOf(interval) },
    upstream: { scheduleType: 'cron', cronExpression },
  };
}

function translateContent(request: ScheduleRequest, context: TranslationContext): Translation {
  const { cronExpression, basicTiming } = request;
  if (request.scheduleType === 'basic') return translateBasic(basicTiming ?? null, context);
  if (request.scheduleType === 'cron' && typeof cronExpression === 'string')
    return translateCron(cronExpression, context);
  const schedule: Schedule = { ...NOTHING, scheduleType: 'manual' };
  return { ok: true, schedule, upstream: { scheduleType: 'manual' } };
}

/** Returns the schedule for the API and for Airbyte, or all faults. */
export function translateSchedule(request: ScheduleRequest, context: TranslationContext): Translation {
  return withMemberFaults(request, { anyZone: false, now: context.now }, () =>
    translateContent(request, context),
  );
}
