import type { EventDto } from '../dto/event.dto';
import type { StoredEvent } from './event-store';

/** @returns null for an event that no version of the gateway wrote: the others are still readable */
export function parseEvent({ content, sequence, type, connectionId }: StoredEvent): EventDto | null {
  const event = parsed(content);
  return isContent(event) && event.type === type && event.connectionId === connectionId
    ? { ...event, sequence }
    : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The log is written by the gateway only, so the members below are not checked one by one. */
function isContent(value: unknown): value is Omit<EventDto, 'sequence'> {
  if (typeof value !== 'object' || value === null) return false;
  const { id, run, status, links } = value as Partial<Record<string, unknown>>;
  return (
    typeof id === 'string' &&
    typeof run === 'object' &&
    typeof status === 'object' &&
    typeof links === 'object'
  );
}
