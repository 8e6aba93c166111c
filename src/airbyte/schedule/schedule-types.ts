/** The words in which schedules are asked for, held by Airbyte and answered. */

export type ScheduleType = 'cron' | 'basic' | 'manual';

/** A schedule as a caller sends it; null counts as absent. */
export interface ScheduleRequest {
  scheduleType: ScheduleType;
  cronExpression?: string | null;
  basicTiming?: string | null;
  timeZone?: string | null;
}

/** A schedule as it is answered: every member present, `timeZone` set for cron alone. */
export interface Schedule {
  scheduleType: ScheduleType;
  cronExpression: string | null;
  basicTiming: string | null;
  timeZone: string | null;
}

/** A schedule as Airbyte's public API gives and takes it. Types unknown to us may turn up. */
export interface UpstreamSchedule {
  scheduleType: string;
  cronExpression?: string | undefined;
  basicTiming?: string | undefined;
}

/** What is sent to Airbyte. Its public API creates cron and manual schedules only. */
export type UpstreamRequest = { scheduleType: 'cron'; cronExpression: string } | { scheduleType: 'manual' };

/** Why a schedule is refused, and the way out. */
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
