import type { EventLog } from '../../events/log/event-log';

/** Bodies in memory. Several webhooks send the same event at about the same time. */
const MAX_KEPT = 500;

/** The bodies of messages: events as JSON, as in the answers of `GET /events`. */
export class EventBodies {
  private readonly kept = new Map<string, string>();

  /** @returns null if the log no longer has the event */
  async bodyOf(eventId: string, log: EventLog): Promise<string | null> {
    const known = this.kept.get(eventId);
    if (known !== undefined) return known;
    const event = await log.find(eventId);
    if (event === null) return null;
    const body = JSON.stringify(event);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < MAX_KEPT) break;
      this.kept.delete(oldest);
    }
    this.kept.set(eventId, body);
    return body;
  }
}
