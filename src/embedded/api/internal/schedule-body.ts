import type { JsonObject } from '../../platform/json';
import type { Connection } from '../../store/connections';

/** The schedule of a connection, with the time zone apart. */
export function scheduleBody({ cron }: Connection): JsonObject {
  if (cron === null) return { scheduleType: 'manual' };
  return {
    scheduleType: 'cron',
    scheduleData: { cron: { cronExpression: cron.expression, cronTimeZone: cron.timeZone } },
  };
}
