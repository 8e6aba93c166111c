/** Explains a schedule without creating it. */
import cronstrue from 'cronstrue';
import { acceptBasic } from './accept-basic';
import { acceptCron } from './accept-cron';
import { anchorAt, basicCron } from './basic/basic-cron';
import { type BasicInterval, intervalMinutes } from './basic/interval';
import { plainFields, type CronExpression, readExpression } from './cron/expression';
import { withoutPadding } from './cron/field-form';
import { quartzRule } from './cron/quartz-rule';
import type { CronRule } from './cron/rule';
import { unixForm } from './cron/quartz-to-unix';
import { withMemberFaults } from './member-faults';
import type { Refusal, ScheduleRequest } from './schedule-types';
import { nextFirings } from './time/next-firing';
import { findZone, UTC, type Zone } from './time/zone';
import { nextSyncs } from './timing';

export interface PreviewContext {
  from: Date;
  count: number;
  minIntervalMinutes: number;
  /** Whether Airbyte can store intervals that no cron expression keeps. */
  anyInterval: boolean;
}

export interface SchedulePreview {
  /** In English. */
  description: string;
  /** Null if Unix cron cannot express it, and for manual. */
  unixExpression: string | null;
  quartzExpression: string | null;
  /** Only for cron. */
  timeZone: string | null;
  /** Strictly after `from`, except the first of an interval that Airbyte counts itself; fewer if the schedule, or the year 9999 (UTC), ends earlier. */
  nextSyncs: Date[];
}

export type PreviewResult = { ok: true; preview: SchedulePreview } | Refusal;

/** Uses the Quartz form: cronstrue reads its weekdays correctly in every spelling. */
function describeCron(expression: CronExpression): string {
  return cronstrue.toString(plainFields(expression).join(' '), {
    use24HourTimeFormat: true,
    throwExceptionOnParseError: true,
    dayOfWeekStartIndexZero: false,
  });
}

function describeInterval({ units, unit }: BasicInterval, first: string): string {
  const plural = unit.toLowerCase();
  const interval = units === 1 ? plural.slice(0, -1) : `${String(units)} ${plural}`;
  return `Every ${interval}, the first time ${first}`;
}

function previewCron(text: string, zone: Zone, context: PreviewContext): PreviewResult {
  const accepted = acceptCron(text, {
    from: context.from,
    zone,
    minIntervalMinutes: context.minIntervalMinutes,
  });
  if (!accepted.ok) return accepted;
  const { expression, rule } = accepted;
  return {
    ok: true,
    preview: {
      description: describeCron(expression),
      unixExpression: unixForm(expression),
      quartzExpression: plainFields(expression).join(' '),
      timeZone: zone.name,
      nextSyncs: firings(rule, zone, context),
    },
  };
}

function previewBasic(timing: string | null, context: PreviewContext): PreviewResult {
  const accepted = acceptBasic(timing, context);
  if (!accepted.ok) return accepted;
  const cron = basicCron(accepted.interval, anchorAt(context.from));
  if (cron === null) return { ok: true, preview: countedInterval(accepted.interval, context) };
  const fields = withoutPadding(cron).split(' ');
  const rule = quartzRule(fields);
  const reading = readExpression(fields);
  return {
    ok: true,
    preview: {
      description: describeInterval(accepted.interval, 'one interval after it is created'),
      unixExpression: reading.ok ? unixForm(reading.expression) : null,
      quartzExpression: fields.join(' '),
      timeZone: null,
      nextSyncs: rule ? firings(rule, UTC, context) : [],
    },
  };
}

/** Airbyte counts the interval from the start of the previous sync; without one, the sync is due at once. */
function countedInterval(interval: BasicInterval, { from, count }: PreviewContext): SchedulePreview {
  const timing = { kind: 'basic', intervalMs: intervalMinutes(interval) * 60_000 } as const;
  return {
    ...MANUAL,
    description: describeInterval(interval, 'as soon as it is active'),
    nextSyncs: nextSyncs(timing, { now: from, isActive: true, newestJobStartedAt: null, count }),
  };
}

const MANUAL: SchedulePreview = {
  description: 'Only when started by hand or through the API',
  unixExpression: null,
  quartzExpression: null,
  timeZone: null,
  nextSyncs: [],
};

function previewContent(request: ScheduleRequest, context: PreviewContext): PreviewResult {
  if (request.scheduleType === 'basic') return previewBasic(request.basicTiming ?? null, context);
  if (request.scheduleType === 'cron' && typeof request.cronExpression === 'string') {
    return previewCron(request.cronExpression, findZone(request.timeZone ?? 'UTC') ?? UTC, context);
  }
  return { ok: true, preview: { ...MANUAL, nextSyncs: [] } };
}

/** RFC 3339 years have four digits. */
const LAST_MOMENT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function firings(rule: CronRule, zone: Zone, { from, count }: PreviewContext): Date[] {
  const next = nextFirings(rule, zone, from.getTime(), count);
  return next.filter((firing) => firing.getTime() <= LAST_MOMENT_MS);
}

/** Rejects the same schedules as a creation, except that any IANA time zone is accepted. */
export function previewSchedule(request: ScheduleRequest, context: PreviewContext): PreviewResult {
  return withMemberFaults(request, { zones: 'any', now: context.from }, () =>
    previewContent(request, context),
  );
}
