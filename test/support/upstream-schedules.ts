import { json, problem, type Reply } from './upstream-replies';
import type { ScriptedUpstream } from './scripted-upstream';
import type { UpstreamRequest } from './upstream-request';
import type { ConnectionRow } from './upstream-state';

/** Zones that this Airbyte knows. */
export const ZONES = new Set([
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'US/Pacific',
]);

/** Writes of schedules through the internal API, until the upstream is cleared. */
export function serveScheduleWrites(upstream: ScriptedUpstream): void {
  upstream
    .on('internal web_backend/describe_cron_expression', ({ body }) =>
      json(200, { cronExpression: fields(body)['cronExpression'], description: '', nextExecutions: [] }),
    )
    .on('internal connections/update', (request) => updateConnection(upstream, request));
}

/** Executes `connections/update`, for a test that then loses its answer. */
export function updateConnection({ state }: ScriptedUpstream, { body }: UpstreamRequest): Reply {
  const { connectionId, status, scheduleType, scheduleData } = fields(body);
  const row = state.connections.get(String(connectionId));
  if (!row || row.status === 'deprecated') return json(404, { message: 'Could not find configuration.' });
  if (scheduleType !== undefined) {
    const schedule = scheduleOf(scheduleType, fields(scheduleData));
    if (schedule === null) return problem(400, 'The cron expression has an invalid time zone.');
    row.schedule = schedule;
  }
  if (typeof status === 'string') row.status = status;
  return json(200, { connectionId, name: row.name, status: row.status, scheduleType, scheduleData });
}

/** As the public API shows it; null for a zone that does not exist. */
function scheduleOf(
  type: unknown,
  data: Readonly<Record<string, unknown>>,
): ConnectionRow['schedule'] | null {
  if (type === 'manual') return { scheduleType: 'manual' };
  if (type === 'basic') {
    const { units, timeUnit } = fields(data['basicSchedule']);
    return { scheduleType: 'basic', basicTiming: `Every ${String(units)} ${String(timeUnit).toUpperCase()}` };
  }
  const { cronExpression, cronTimeZone } = fields(data['cron']);
  return ZONES.has(String(cronTimeZone))
    ? { scheduleType: 'cron', cronExpression: `${String(cronExpression)} ${String(cronTimeZone)}` }
    : null;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
