import { type Members, members, optionalText, ShapeError } from '../client/model/parse';
import type { StatusChange } from './internal-operations';
import type { FieldChange, LogLine, TimelineEvent } from './internal-types';
import { anyInstant, anyItems, anyJobId, anyMembers } from './lenient';
import { parseFailure } from './job-parsers';

const MAX_EVENTS = 200;
/** A settings change names the changed fields; a connection has some thirty. */
const MAX_CHANGES = 100;
/** Catalogs in a change are large; the beginning shows what was changed. */
const MAX_VALUE_CHARACTERS = 500;

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
  return {
    id,
    type,
    at,
    userName: optionalText(anyMembers(from['user']), 'name'),
    jobId: anyJobId(summary['jobId']),
    reason: optionalText(summary, 'disabledReason') ?? optionalText(summary, 'updateReason'),
    failure: typeof failure === 'object' && failure !== null ? parseFailure(anyMembers(failure)) : null,
    changes: Object.entries(anyMembers(summary['patches'])).slice(0, MAX_CHANGES).map(parseChange),
  };
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
