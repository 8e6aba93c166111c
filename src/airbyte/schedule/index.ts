/** Schedules: validation, translation for Airbyte, and firings. Pure functions. */
export type {
  Refusal,
  Schedule,
  ScheduleFault,
  ScheduleRequest,
  ScheduleType,
  InternalSchedule,
  ScheduleSupport,
  TranslatedSchedule,
  Translation,
  UpstreamRequest,
  UpstreamSchedule,
} from './schedule-types';
export {
  previewSchedule,
  type PreviewContext,
  type PreviewResult,
  type SchedulePreview,
} from './preview-schedule';
export { readSchedule, type ScheduleReading } from './read-schedule';
export { nextSync, nextSyncs, type SyncContext, type Timing } from './timing';
export { sameSchedule } from './same-schedule';
export { isStored, storedForm, writtenForm } from './stored-internal';
export { translateSchedule, type TranslationContext } from './translate-schedule';
