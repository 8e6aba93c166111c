/** Translates a requested schedule to one that Airbyte can store. */
import { type Anchor, anchorAt, basicCron, readBasicCron } from './basic/basic-cron';
import { type BasicInterval, basicTimingOf, sameInterval } from './basic/interval';
import { acceptBasic } from './accept-basic';
import { acceptCron } from './accept-cron';
import { decodeExpression, encodeExpression } from './dialect-encoding';
import { withMemberFaults } from './member-faults';
import { PLACEHOLDER } from './placeholder';
import type {
  Schedule,
  ScheduleRequest,
  ScheduleSupport,
  Translation,
  UpstreamSchedule,
} from './schedule-types';
import { splitStored } from './stored-expression';
import { findZone, UTC } from './time/zone';

export interface TranslationContext {
  now: Date;
  /** Schedules that fire more often are rejected. */
  minIntervalMinutes: number;
  /** The stored schedule, for changes: an unchanged basic interval keeps its anchor. */
  held?: UpstreamSchedule;
  /** Default: only schedules of the public API. */
  supports?: ScheduleSupport;
}

const PUBLIC_ONLY: ScheduleSupport = { timeZones: false, intervals: false };

const NOTHING = { cronExpression: null, basicTiming: null, timeZone: null };

function translateCron(text: string, timeZone: string, context: TranslationContext): Translation {
  const { now: from, minIntervalMinutes } = context;
  const accepted = acceptCron(text, { from, zone: findZone(timeZone) ?? UTC, minIntervalMinutes });
  if (!accepted.ok) return accepted;
  const { expression } = accepted;
  const schedule: Schedule = {
    ...NOTHING,
    scheduleType: 'cron',
    cronExpression: expression.text,
    timeZone,
  };
  const cronExpression = encodeExpression(expression);
  if (timeZone === 'UTC')
    return { ok: true, schedule, upstream: { scheduleType: 'cron', cronExpression }, internal: null };
  return {
    ok: true,
    schedule,
    upstream: PLACEHOLDER,
    internal: { scheduleType: 'cron', cronExpression, timeZone },
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
  const { intervals: anyInterval } = context.supports ?? PUBLIC_ONLY;
  const accepted = acceptBasic(timing, { minIntervalMinutes: context.minIntervalMinutes, anyInterval });
  if (!accepted.ok) return accepted;
  const { interval } = accepted;
  const schedule: Schedule = { ...NOTHING, scheduleType: 'basic', basicTiming: basicTimingOf(interval) };
  const anchor = heldAnchor(context.held, interval) ?? anchorAt(context.now);
  const cronExpression = basicCron(interval, anchor);
  if (cronExpression !== null)
    return { ok: true, schedule, upstream: { scheduleType: 'cron', cronExpression }, internal: null };
  return {
    ok: true,
    schedule,
    upstream: PLACEHOLDER,
    internal: { scheduleType: 'basic', basicSchedule: interval },
  };
}

function translateContent(request: ScheduleRequest, context: TranslationContext): Translation {
  const { cronExpression, basicTiming } = request;
  if (request.scheduleType === 'basic') return translateBasic(basicTiming ?? null, context);
  if (request.scheduleType === 'cron' && typeof cronExpression === 'string')
    return translateCron(cronExpression, request.timeZone ?? 'UTC', context);
  const schedule: Schedule = { ...NOTHING, scheduleType: 'manual' };
  return { ok: true, schedule, upstream: { scheduleType: 'manual' }, internal: null };
}

/** Returns the schedule for the API and for Airbyte, or all faults. */
export function translateSchedule(request: ScheduleRequest, context: TranslationContext): Translation {
  const { timeZones } = context.supports ?? PUBLIC_ONLY;
  return withMemberFaults(request, { zones: timeZones ? 'writable' : 'utc', now: context.now }, () =>
    translateContent(request, context),
  );
}
