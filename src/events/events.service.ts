import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/request-context';
import { DEFAULT_LIMIT, type EventQueryDto, filterOf } from './dto/event-query.dto';
import type { EventListDto } from './dto/event.dto';
import { EventsRuntime } from './events-runtime';

/** Answers reads of the event log. */
@Injectable()
export class EventsService {
  constructor(private readonly runtime: EventsRuntime) {}

  async list(query: EventQueryDto, context: RequestContext): Promise<EventListDto> {
    const log = await this.runtime.open();
    // Read first, so that what they promise also holds for the events.
    const { oldestObservedAtMs, completeUntilMs } = await log.ends();
    const { events, next, hasMore } = await log.read(filterOf(query), query.limit ?? DEFAULT_LIMIT, context);
    return {
      data: [...events],
      next,
      hasMore,
      retentionSeconds: log.bounds.retentionMs / 1000,
      maxEvents: log.bounds.maxEvents,
      oldestObservedAt: timeOf(oldestObservedAtMs),
      completeUntil: timeOf(completeUntilMs),
    };
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
