/** Types of schedules as requested, as stored in Airbyte and as returned. */

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

export type Translation = { ok: true; schedule: Schedule; upstream: UpstreamRequest } | Refusal;
