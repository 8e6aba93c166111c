/** Types of schedules as requested, as stored in Airbyte and as returned. */
import type { BasicInterval } from './basic/interval';

export type ScheduleType = 'cron' | 'basic' | 'manual';

/** A schedule as a caller sends it; null counts as absent. */
export interface ScheduleRequest {
  scheduleType: ScheduleType;
  cronExpression?: string | null;
  basicTiming?: string | null;
  timeZone?: string | null;
}

/** A schedule as returned: every field is present, `timeZone` only for cron. */
export interface Schedule {
  scheduleType: ScheduleType;
  cronExpression: string | null;
  basicTiming: string | null;
  timeZone: string | null;
}

/** A schedule as in Airbyte's public API. Unknown types are possible. */
export interface UpstreamSchedule {
  scheduleType: string;
  cronExpression?: string | undefined;
  basicTiming?: string | undefined;
}

/** A schedule as sent to Airbyte, whose public API creates only cron and manual schedules. */
export type UpstreamRequest = { scheduleType: 'cron'; cronExpression: string } | { scheduleType: 'manual' };

/**
 * A schedule that Airbyte's public API cannot create and its internal API can (`connections/update`): cron in a time zone, and
 * an interval that no cron expression keeps.
 */
export type InternalSchedule =
  | { readonly scheduleType: 'cron'; readonly cronExpression: string; readonly timeZone: string }
  | { readonly scheduleType: 'basic'; readonly basicSchedule: BasicInterval };

/** Kinds of schedules beyond the public API that can be stored. */
export interface ScheduleSupport {
  readonly timeZones: boolean;
  readonly intervals: boolean;
}

/** Reason for rejecting a schedule, and a fix. */
export interface ScheduleFault {
  field: 'scheduleType' | 'cronExpression' | 'basicTiming' | 'timeZone';
  reason: string;
  hint: string;
}

export interface Refusal {
  ok: false;
  faults: ScheduleFault[];
}

/**
 * `upstream`: for the public API. `internal`: for the internal API if the public one cannot create the schedule; null
 * otherwise. Then `upstream` is a placeholder until the schedule is written.
 */
export interface TranslatedSchedule {
  ok: true;
  schedule: Schedule;
  upstream: UpstreamRequest;
  internal: InternalSchedule | null;
}

export type Translation = TranslatedSchedule | Refusal;
