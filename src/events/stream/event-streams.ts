import type { OnModuleDestroy } from '@nestjs/common';
import { Readable } from 'node:stream';
import { ProblemException } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import type { Clock } from '../../lib/clock';
import type { EventFilter } from '../dto/event-query.dto';
import type { EventDto } from '../dto/event.dto';
import type { EventLog, EventPart } from '../log/event-log';

/** Proxies close connections that are silent for longer, usually after 60 s. Credentials are checked as often. */
const HEARTBEAT_MS = 15_000;
/** Pause before a client that was disconnected connects again. */
const RETRY_MS = 2000;
/** Events of one read. A slow reader has at most these in memory. */
const PAGE = 100;
const MAX_STREAMS = 1000;
const MAX_STREAMS_OF_CALLER = 10;

export interface StreamRequest {
  readonly filter: EventFilter;
  readonly context: RequestContext;
  /** Aborts when the client has disconnected. */
  readonly signal: AbortSignal;
  /** Whether the credentials of the request are still valid. */
  readonly isAllowed: () => Promise<boolean>;
  /** Keeps the gateway following Airbyte. */
  readonly noteReader: () => Promise<unknown>;
}

/** Open streams of server-sent events. */
export class EventStreams implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly open = new Map<string, number>();
  private count = 0;

  constructor(private readonly clock: Clock) {}

  /** Ends all streams, so that a shutdown does not wait for them. Clients continue at another replica. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Text of a stream that begins after `filter.after`, or now without it.
   * @throws ProblemException if the stream cannot begin
   */
  async start(log: EventLog, request: StreamRequest): Promise<Readable> {
    const caller = request.context.callerKey ?? '';
    const release = this.admit(caller);
    try {
      const { filter } = request;
      const after = filter.after ?? (await log.newestPosition());
      const first = await log.read({ ...filter, after }, PAGE, request.context);
      const text = Readable.from(this.frames(log, first, request));
      text.once('close', release);
      return text;
    } catch (error) {
      release();
      throw error;
    }
  }

  private admit(caller: string): () => void {
    const own = this.open.get(caller) ?? 0;
    if (own >= MAX_STREAMS_OF_CALLER || this.count >= MAX_STREAMS)
      throw new ProblemException(
        'rate-limited',
        own >= MAX_STREAMS_OF_CALLER
          ? `A caller may have ${MAX_STREAMS_OF_CALLER} open event streams. Close one, or use one stream for several ingestions.`
          : 'The gateway has too many open event streams. Try again later, or read GET /events.',
        { retryAfterMs: HEARTBEAT_MS },
      );
    this.open.set(caller, own + 1);
    this.count += 1;
    return () => {
      const left = (this.open.get(caller) ?? 1) - 1;
      if (left > 0) this.open.set(caller, left);
      else this.open.delete(caller);
      this.count -= 1;
    };
  }

  /** The next events are read only when the client has taken those before. */
  private async *frames(log: EventLog, first: EventPart, request: StreamRequest): AsyncGenerator<string> {
    const { signal, isAllowed, noteReader } = request;
    const isOver = (): boolean => signal.aborted || this.stopping.signal.aborted;
    let part = first;
    let checkedAtMs = this.clock.monotonicMs();
    yield `retry: ${RETRY_MS}\n${positionFrame(part)}`;
    while (!isOver()) {
      for (const event of part.events) yield eventFrame(event);
      const isSilent = part.events.length === 0;
      if (this.clock.monotonicMs() - checkedAtMs >= HEARTBEAT_MS) {
        if (!(await isAllowed())) return;
        checkedAtMs = this.clock.monotonicMs();
        await ignoreUnavailable(noteReader);
        if (isSilent) yield positionFrame(part);
      }
      const hasNews = part.hasMore || (await log.hasNews(part.next));
      if (isOver()) return;
      const next = hasNews ? await this.nextPart(log, part, request) : { ...part, events: [] };
      if (next === null) return;
      part = next;
    }
  }

  /** @returns null if the client has to begin anew, because the log no longer has the place where it was */
  private async nextPart(
    log: EventLog,
    { next }: EventPart,
    { filter, context }: StreamRequest,
  ): Promise<EventPart | null> {
    try {
      return await log.read({ ...filter, after: next }, PAGE, context);
    } catch (error) {
      if (!(error instanceof ProblemException)) throw error;
      return error.code === 'events-unavailable' ? { events: [], next, hasMore: false } : null;
    }
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html. JSON has no line breaks. */
function eventFrame(event: EventDto): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Moves `Last-Event-ID` without an event, also past events that the filter leaves out. */
function positionFrame({ next, events }: EventPart): string {
  return events.length > 0 ? '\n' : `: alive\nid: ${next}\n\n`;
}

async function ignoreUnavailable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
  }
}
