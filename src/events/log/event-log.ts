import type { Clock } from '../../lib/clock';
import type { RequestContext } from '../../http/request-context';
import { ProblemException, validationFailed } from '../../api/problem/problem.exception';
import type { EventFilter } from '../dto/event-query.dto';
import type { EventDto } from '../dto/event.dto';
import {
  type CountedDraft,
  type EventStore,
  EventStoreUnavailable,
  type LogBounds,
  type LogEnds,
  type StoredEvent,
} from './event-store';
import { parseEvent } from './event-content';

/** Events that are looked at for one answer. Without a bound, a filter that matches nothing would read the whole log. */
const LOOKED_AT = 2000;
/** Pause between two looks for new events, while streams are open. */
const POLL_MS = 500;
const POSITION = 'pos_';
/** Before the first event of every log. */
const BEGINNING = `${POSITION}0`;

/** Events for one caller. */
export interface EventPart {
  readonly events: readonly EventDto[];
  /** Position at which the next part begins. */
  readonly next: string;
  readonly hasMore: boolean;
}

/** The log, as callers see it. */
export class EventLog {
  private polling: Promise<string | null> | null = null;

  constructor(
    private readonly store: EventStore,
    readonly bounds: LogBounds,
    private readonly clock: Clock,
  ) {}

  /**
   * The next events that match the filter and that the caller may see.
   * @throws ProblemException `events-expired`, `events-unavailable`, or `validation-failed` for an impossible `after`
   */
  async read(filter: EventFilter, limit: number, context: RequestContext): Promise<EventPart> {
    return this.withProblems(async () => {
      const after = await this.positionOf(filter.after, context);
      const part = await this.store.read(after, LOOKED_AT);
      const events: EventDto[] = [];
      let last = after;
      for (const stored of part.events) {
        if (events.length === limit) return { events, next: textOf(last), hasMore: true };
        const event = matches(stored, filter, context) ? parseEvent(stored) : null;
        if (event) events.push(event);
        last = stored.position;
      }
      return { events, next: textOf(last), hasMore: !part.isEnd };
    });
  }

  /** @returns null if the log has no such event, for example because it was dropped */
  async find(id: string): Promise<EventDto | null> {
    const found = await this.withProblems(() => this.store.find(id));
    return found && parseEvent(found);
  }

  /** Adds an event that was not read from Airbyte, once. @throws ProblemException `events-unavailable` */
  publish(draft: CountedDraft): Promise<void> {
    return this.withProblems(() => this.store.publish(draft));
  }

  /** Position of the newest event, to read only later ones. */
  async newestPosition(): Promise<string> {
    const { newest, newestDropped } = await this.ends();
    return textOf(newest ?? newestDropped);
  }

  /** Waits a short time. All who wait share the read. @returns whether there may be events after `next` */
  async hasNews(next: string): Promise<boolean> {
    this.polling ??= this.poll().finally(() => {
      this.polling = null;
    });
    return (await this.polling) !== next;
  }

  ends(): Promise<LogEnds> {
    return this.withProblems(() => this.store.ends());
  }

  /** @returns null for the beginning of the log */
  private async positionOf(after: string | undefined, context: RequestContext): Promise<string | null> {
    if (after === undefined || after === BEGINNING) return null;
    const text = after.startsWith(POSITION) ? after.slice(POSITION.length) : null;
    if (text === null) return this.positionOfEvent(after, context);
    if (!this.store.isPosition(text)) throw notAPosition();
    const { newestDropped } = await this.store.ends();
    if (newestDropped !== null && this.store.comparePositions(text, newestDropped) < 0) throw this.expired();
    return text;
  }

  /** An event that the caller may not see is answered like one that does not exist. */
  private async positionOfEvent(id: string, { caller }: RequestContext): Promise<string> {
    if (!/^evt_[\w-]{22}$/.test(id)) throw notAPosition();
    const found = await this.store.find(id);
    const only = caller?.workspaceId ?? null;
    if (found === null || (only !== null && found.workspaceId !== only)) throw this.expired();
    return found.position;
  }

  private async poll(): Promise<string | null> {
    await this.clock.wait(POLL_MS);
    return this.newestPosition().catch((error: unknown) => {
      if (error instanceof ProblemException) return null;
      throw error;
    });
  }

  private expired(): ProblemException {
    const seconds = this.bounds.retentionMs / 1000;
    return new ProblemException(
      'events-expired',
      `The log no longer has the event of after: it keeps events for ${seconds} seconds, and at most ${this.bounds.maxEvents}. ` +
        'Events may be missing. Read the ingestions with GET /ingestion, and the events without after.',
    );
  }

  async withProblems<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      throw new ProblemException(
        'events-unavailable',
        'The event log cannot be read at the moment. Try again.',
        {
          retryAfterMs: 1000,
          cause: error,
        },
      );
    }
  }
}

function textOf(position: string | null): string {
  return position === null ? BEGINNING : POSITION + position;
}

function matches(
  { type, subjectId, workspaceId }: StoredEvent,
  filter: EventFilter,
  { caller }: RequestContext,
): boolean {
  const only = caller?.workspaceId ?? null;
  if (only !== null && workspaceId !== only) return false;
  const isOfIngestion = type !== 'webhook.disabled';
  if (filter.connectionId !== undefined && !(isOfIngestion && subjectId === filter.connectionId))
    return false;
  return filter.types === undefined || filter.types.some((wanted) => wanted === type);
}

function notAPosition(): ProblemException {
  return validationFailed([
    {
      field: 'after',
      reason: 'is not the id of an event or a position in the log',
      hint: 'Send the id of an event, or next of the previous answer, unchanged.',
    },
  ]);
}
