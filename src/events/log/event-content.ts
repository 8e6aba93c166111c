import type { EventDto } from '../dto/event.dto';
import type { StoredEvent } from './event-store';

/** @returns null for an event that no version of the gateway wrote: the others are still readable */
export function parseEvent({ content, sequence, type, subjectId }: StoredEvent): EventDto | null {
  const event = parsed(content);
  if (!isContent(event) || event.type !== type) return null;
  if ((event.connectionId ?? event.webhook?.webhookId) !== subjectId) return null;
  // Earlier versions wrote no members about webhooks.
  return { ...event, webhook: event.webhook ?? null, links: { ...NO_WEBHOOK, ...event.links }, sequence };
}

const NO_WEBHOOK = { webhook: null };

/** Members of every version. */
type Content = Omit<EventDto, 'sequence' | 'webhook' | 'links'> & {
  readonly webhook?: EventDto['webhook'];
  readonly links: Omit<EventDto['links'], 'webhook'>;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The log is written by the gateway only, so the members below are not checked one by one. */
function isContent(value: unknown): value is Content {
  if (typeof value !== 'object' || value === null) return false;
  const { id, run, status, links } = value as Partial<Record<string, unknown>>;
  return (
    typeof id === 'string' &&
    typeof run === 'object' &&
    typeof status === 'object' &&
    typeof links === 'object'
  );
}
