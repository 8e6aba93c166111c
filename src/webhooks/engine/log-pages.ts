import { ProblemException } from '../../api/problem/problem.exception';
import type { EventLog, EventPart } from '../../events/log/event-log';

/** Events of one page. */
const PAGE = 200;
/** Most lanes are at the end of the log. Some continue far behind it. */
const MAX_KEPT = 8;

/** Reads the log for all lanes, so that lanes at the same place share a read. */
export class LogPages {
  private readonly kept = new Map<string | null, Promise<EventPart>>();

  constructor(private readonly log: EventLog) {}

  /** Call when the log may have grown. */
  clear(): void {
    this.kept.clear();
  }

  /** @param position null: the beginning of the log */
  async after(position: string | null): Promise<EventPart> {
    const known = this.kept.get(position);
    if (known !== undefined) return known;
    const page = this.read(position);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(position, page);
    return page;
  }

  private async read(position: string | null): Promise<EventPart> {
    const context = { requestId: 'webhooks' };
    try {
      return await this.log.read({ after: position ?? undefined }, PAGE, context);
    } catch (error) {
      // The log has dropped events that were not yet collected. It continues with the oldest one.
      if (!(error instanceof ProblemException) || error.code !== 'events-expired') throw error;
      return this.log.read({}, PAGE, context);
    }
  }
}
