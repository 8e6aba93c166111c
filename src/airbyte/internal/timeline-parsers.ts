import { type Members, members, optionalText, ShapeError } from '../client/model/parse';
import type { AirbyteSchedule } from '../client/model/airbyte-types';
import type { StatusChange } from './internal-operations';
import type { FieldChange, LogLine, ScheduleChange, TimelineEvent } from './internal-types';
import { anyCount, anyInstant, anyItems, anyJobId, anyMembers } from './lenient';
import { parseFailure } from './job-parsers';

const MAX_EVENTS = 200;
/** A settings change names the changed fields; a connection has some thirty. */
const MAX_CHANGES = 100;
/** Catalogs in a change are large; the beginning shows what was changed. */
const MAX_VALUE_CHARACTERS = 500;
const SCHEDULE_FIELDS = ['scheduleType', 'scheduleData'];

export interface TimelinePage {
  readonly events: readonly TimelineEvent[];
  /** All rows, as needed for paging. */
  readonly received: number;
}

/** Answer of `connections/events/list`. */
export function parseTimeline(body: unknown): TimelinePage {
  const { events } = members(body, 'answer');
  if (!Array.isArray(events)) throw new ShapeError('events', 'an array');
  return { events: anyItems(events, MAX_EVENTS, parseEvent), received: events.length };
}

function parseEvent(from: Members): TimelineEvent | null {
  const [id, type, at] = [
    optionalText(from, 'id'),
    optionalText(from, 'eventType'),
    anyInstant(from, 'createdAt'),
  ];
  if (id === null || type === null || at === null) return null;
  const summary = anyMembers(from['summary']);
  const failure = summary['failureReason'];
  const patches = anyMembers(summary['patches']);
  const schedule = parseScheduleChange(patches);
  const isListed = ([field]: [string, unknown]): boolean => !schedule || !SCHEDULE_FIELDS.includes(field);
  return {
    id,
    type,
    at,
    userName: optionalText(anyMembers(from['user']), 'name'),
    jobId: anyJobId(summary['jobId']),
    reason: optionalText(summary, 'disabledReason') ?? optionalText(summary, 'updateReason'),
    failure: typeof failure === 'object' && failure !== null ? parseFailure(anyMembers(failure)) : null,
    changes: Object.entries(patches).filter(isListed).slice(0, MAX_CHANGES).map(parseChange),
    schedule,
  };
}

/** Airbyte keeps the type of a schedule and its data in two fields, of which only one may have changed. */
function parseScheduleChange(patches: Members): ScheduleChange | null {
  const [type, data] = [anyMembers(patches['scheduleType']), anyMembers(patches['scheduleData'])];
  const from = parseSchedule(optionalText(type, 'from'), anyMembers(data['from']));
  const to = parseSchedule(optionalText(type, 'to'), anyMembers(data['to']));
  return from && to && { from, to };
}

function parseSchedule(type: string | null, data: Members): AirbyteSchedule | null {
  const cron = anyMembers(data['cron']);
  const expression = optionalText(cron, 'cronExpression');
  if (expression !== null) {
    const zone = optionalText(cron, 'cronTimeZone') ?? 'UTC';
    return { scheduleType: 'cron', cronExpression: `${expression} ${zone}` };
  }
  const basic = anyMembers(data['basicSchedule']);
  const [units, timeUnit] = [anyCount(basic, 'units'), optionalText(basic, 'timeUnit')];
  if (units !== null && timeUnit !== null)
    return { scheduleType: 'basic', basicTiming: `Every ${units} ${timeUnit.toUpperCase()}` };
  return type === 'manual' ? { scheduleType: 'manual' } : null;
}

function parseChange([field, patch]: [string, unknown]): FieldChange {
  const { from, to } = anyMembers(patch);
  return { field, from: asText(from), to: asText(to) };
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_VALUE_CHARACTERS ? text : `${text.slice(0, MAX_VALUE_CHARACTERS)}…`;
}

/** Answer of `connections/update_with_reason`: the connection with the status that was sent. */
export function parseChangedStatus({ connectionId, status }: StatusChange): (body: unknown) => void {
  return (body) => {
    const from = members(body, 'answer');
    if (from['connectionId'] !== connectionId || from['status'] !== status)
      throw new ShapeError('answer', 'the changed connection');
  };
}

/**
 * Answer of `attempt/get_for_job`: events of a structured log or lines of a formatted one.
 * @param tail number of the last lines that are kept
 */
export function parseLog(body: unknown, tail: number): readonly LogLine[] {
  const logs = members(members(body, 'answer')['logs'], 'logs');
  const { events, logLines } = logs;
  if (Array.isArray(events)) return anyItems(events.slice(-tail), tail, parseLogEvent);
  if (!Array.isArray(logLines)) throw new ShapeError('logs', 'an object with events or logLines');
  return (logLines as unknown[])
    .slice(-tail)
    .filter((line) => typeof line === 'string')
    .map((message) => ({ at: null, level: null, origin: null, message }));
}

function parseLogEvent(from: Members): LogLine | null {
  const message = optionalText(from, 'message');
  if (message === null) return null;
  return {
    at: anyInstant(from, 'timestamp'),
    level: optionalText(from, 'level'),
    origin: optionalText(from, 'logSource'),
    message,
  };
}
