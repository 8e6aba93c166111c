import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import { hasEnded } from '../core/job-status';

/** Page limit of one read. Beyond it, reloading is cheaper than following. */
const MAX_PAGES = 20;
/** Each read begins this long before the newest known change: a full page costs as much as an empty one. */
const OVERLAP_MS = 60_000;
/**
 * Further pages are read for changes up to this long before the newest known one. Airbyte's processes have clocks
 * of their own and commit late.
 */
const LATE_MS = 10_000;
/** Airbyte reports whole seconds but compares exact times. */
const PRECISION_MS = 1000;

/** Limit of restarts when deletions shift rows during a read of many pages. */
const MAX_RESTARTS = 5;

/** Position in the feed. */
export interface FeedCursor {
  /** Time of the newest known change by Airbyte's clock. */
  readonly timeMs: number;
  /** A job with this time. The next read returns it again, or the feed has lost its continuity. */
  readonly job: Pick<AirbyteJob, 'jobId' | 'connectionId' | 'startTimeMs'>;
}

/**
 * - `changes`: every change since the cursor, oldest first
 * - `gap`: changes are missing, so everything has to be reloaded
 * - `unsupported`: this Airbyte ignores the filter or the order
 */
export type FeedRead =
  | { readonly kind: 'changes'; readonly jobs: readonly AirbyteJob[]; readonly cursor: FeedCursor | null }
  | { readonly kind: 'gap'; readonly reason: string }
  | { readonly kind: 'unsupported' };

/** Feed of all jobs whose status changed, of all workspaces that are visible. One call per read as a rule. */
export class JobFeed {
  constructor(private readonly client: AirbyteClient) {}

  /**
   * @param cursor null: Airbyte had no job
   * @param latestMs later times are wrong and do not move the cursor
   */
  async read(cursor: FeedCursor | null, latestMs: number, context: CallContext): Promise<FeedRead> {
    const sinceMs = cursor === null ? null : cursor.timeMs - OVERLAP_MS;
    const jobs = new Map<string, AirbyteJob>();
    let isConnected = false;
    let isOver = false;
    let lastMs = Infinity;
    for (let page = 0; page < MAX_PAGES && !isOver; page++) {
      const rows = await this.readPage(sinceMs, page * PAGE_LIMIT, context);
      // New changes shift rows to later pages; the first report is the newest.
      const unseen = rows.filter(({ jobId }) => !jobs.has(jobId));
      const oldestMs = oldestEndOf(unseen, lastMs);
      if (oldestMs === null || (sinceMs !== null && oldestMs < sinceMs - PRECISION_MS))
        return { kind: 'unsupported' };
      lastMs = oldestMs;
      for (const job of unseen) jobs.set(job.jobId, job);
      const isLast = rows.received < PAGE_LIMIT;
      isConnected = isLast || (cursor !== null && lastMs < cursor.timeMs - PRECISION_MS);
      isOver = isLast || (cursor !== null && lastMs < cursor.timeMs - LATE_MS);
    }
    const next = newestCursor([...jobs.values()], latestMs) ?? cursor;
    if (!isConnected) return { kind: 'gap', reason: 'more changes than can be read at once' };
    if (cursor !== null && !isSameJob(jobs.get(cursor.job.jobId), cursor.job))
      return { kind: 'gap', reason: 'the newest known job is missing' };
    return { kind: 'changes', jobs: [...jobs.values()].reverse(), cursor: next };
  }

  /** Position after all jobs that exist now. */
  async readHead(latestMs: number, context: CallContext): Promise<FeedRead> {
    const rows = await this.readPage(null, 0, context);
    if (oldestEndOf(rows, Infinity) === null) return { kind: 'unsupported' };
    return { kind: 'changes', jobs: [], cursor: newestCursor(rows, latestMs) };
  }

  /**
   * All jobs that changed since then, oldest first. Pages overlap by one row: if it is missing, deleted jobs have shifted
   * the others, and the read begins again.
   * @param maxJobs of more, the newest are returned
   */
  async readSince(timeMs: number, maxJobs: number, context: CallContext): Promise<readonly AirbyteJob[]> {
    const sinceMs = timeMs - OVERLAP_MS;
    let jobs = new Map<string, AirbyteJob>();
    let offset = 0;
    let lastId: string | null = null;
    let restarts = 0;
    while (jobs.size < maxJobs) {
      const rows = await this.readPage(sinceMs, offset, context);
      const isShifted = lastId !== null && !rows.some(({ jobId }) => jobId === lastId);
      if (isShifted && restarts < MAX_RESTARTS) {
        [jobs, offset, lastId] = [new Map<string, AirbyteJob>(), 0, null];
        restarts += 1;
        continue;
      }
      const before = jobs.size;
      // New changes shift rows to later pages; the first report is the newest.
      for (const job of rows) if (!jobs.has(job.jobId)) jobs.set(job.jobId, job);
      // A full page without a new row comes from a server that ignores the offset.
      if (rows.received < PAGE_LIMIT || jobs.size === before) break;
      offset += rows.received - 1;
      lastId = rows.length === rows.received ? (rows.at(-1)?.jobId ?? null) : null;
    }
    return [...jobs.values()].reverse();
  }

  private readPage(sinceMs: number | null, offset: number, context: CallContext): Promise<Page<AirbyteJob>> {
    return this.client.listJobs(
      {
        orderBy: 'updatedAt|DESC',
        ...(sinceMs !== null && { updatedAtStart: new Date(sinceMs).toISOString() }),
        limit: PAGE_LIMIT,
        offset,
      },
      context,
    );
  }
}

/** Exact time of the last change; null for a job that has not ended, whose last change Airbyte does not report. */
function endOf(job: AirbyteJob): number | null {
  return hasEnded(job) ? job.lastUpdatedAtMs : null;
}

/** Time of the last row that has ended; null if the rows are not in the order of their changes. */
function oldestEndOf(rows: readonly AirbyteJob[], lastMs: number): number | null {
  let oldestMs = lastMs;
  for (const job of rows) {
    const endMs = endOf(job) ?? oldestMs;
    if (endMs > oldestMs) return null;
    oldestMs = endMs;
  }
  return oldestMs;
}

function newestCursor(jobs: readonly AirbyteJob[], latestMs: number): FeedCursor | null {
  let newest: FeedCursor | null = null;
  for (const job of jobs) {
    const timeMs = Math.max(job.startTimeMs, endOf(job) ?? 0);
    if (timeMs <= latestMs && timeMs > (newest?.timeMs ?? 0)) newest = { timeMs, job };
  }
  return newest;
}

/** Ids restart when Airbyte is installed anew, so an id alone does not identify a job. */
function isSameJob(found: AirbyteJob | undefined, { connectionId, startTimeMs }: FeedCursor['job']): boolean {
  return found?.connectionId === connectionId && found.startTimeMs === startTimeMs;
}
