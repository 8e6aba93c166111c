/**
 * The schedule of a new connection until its own schedule is written through the internal API: Sundays in January at midnight.
 * The connection is paused meanwhile, so it never fires. Its spelling tells such a connection from all others.
 */
export const PLACEHOLDER = { scheduleType: 'cron', cronExpression: '0 00 000 ? 01 01' } as const;
