import type { Clock } from '../../lib/clock';
import { SharedRun } from '../../lib/shared-run';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Changes } from '../core/changes';
import { isNewer } from './job-history';
import type { MirrorStore } from './mirror-store';
import { beginRead, type ReadStart } from './read-start';

/** Pages over which the yield is judged. */
const JUDGED_PAGES = 10;

/**
 * Loads the jobs of all connections from the newest to the oldest, page by page. It ends at the oldest job, or
 * when a page completes less than one connection: reading the others singly is then cheaper.
 */
export class JobWalk {
  readonly start: ReadStart;
  private offset = 0;
  private last: AirbyteJob | null = null;
  private readonly gains: number[] = [];
  private over = false;
  private readonly steps = new SharedRun();

  constructor(
    private readonly client: AirbyteClient,
    private readonly store: MirrorStore,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {
    this.start = beginRead(clock, changes);
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Reads the next page. All who call meanwhile share it. */
  step(context: CallContext): Promise<void> {
    return this.steps.run(() => this.readPage(context));
  }

  private async readPage(context: CallContext): Promise<void> {
    const page = beginRead(this.clock, this.changes);
    const offset = Math.max(0, this.offset - 1);
    const rows = await this.client.listJobs({ limit: PAGE_LIMIT, offset }, context);
    const [first] = rows;
    // With unreadable rows, the first and the last row of the page are unknown.
    const isWhole = rows.length === rows.received;
    if (isWhole && this.last && (!first || isNewer(this.last, first))) {
      // Deleted jobs have shifted the others forward: some were passed unread.
      this.offset = Math.max(0, offset - PAGE_LIMIT);
      if (this.offset === 0) this.last = null;
      return;
    }
    let gained = 0;
    for (const job of rows) if (this.store.putWalked(job, this.start, page)) gained += 1;
    const isStuck = rows.length > 0 && this.last?.jobId === rows.at(-1)?.jobId;
    this.last = isWhole ? (rows.at(-1) ?? null) : null;
    this.offset = offset + rows.received;
    if (rows.received < PAGE_LIMIT) {
      this.store.endWalk(this.start);
      this.over = true;
    } else if (isStuck || this.isUnprofitable(gained)) {
      this.over = true;
    }
  }

  private isUnprofitable(gained: number): boolean {
    this.gains.push(gained);
    if (this.gains.length > JUDGED_PAGES) this.gains.shift();
    const total = this.gains.reduce((sum, gain) => sum + gain, 0);
    return this.gains.length === JUDGED_PAGES && total < JUDGED_PAGES;
  }
}
