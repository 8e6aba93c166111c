import type { Schedule } from '../model/schedule';
import type { JsonObject } from '../platform/json';

/** The members of a connection that describe its schedule in the internal API, with the time zone apart. */
export function scheduleBody(schedule: Schedule): JsonObject {
  switch (schedule.kind) {
    case 'manual':
      return { scheduleType: 'manual' };
    case 'cron': {
      const cron = { cronExpression: schedule.expression, cronTimeZone: schedule.timeZone };
      return { scheduleType: 'cron', scheduleData: { cron } };
    }
    case 'basic': {
      const basicSchedule = { timeUnit: schedule.timeUnit, units: schedule.units };
      return { scheduleType: 'basic', scheduleData: { basicSchedule } };
    }
  }
}
