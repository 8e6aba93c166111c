import { Injectable } from '@nestjs/common';
import { mapConcurrently } from '../../../lib/map-concurrently';
import { AirbyteClient } from '../../client/airbyte.client';
import { isUnknownJob } from '../../core/job-status';
import type { AirbyteJob, CallContext } from '../../client/model/airbyte-types';
import { PAGE_LIMIT } from '../../client/model/paging';
import type { Page } from '../../client/model/parse';
import type { RunFacts } from '../../core/status-facts';
import { readRunFacts } from '../../core/sync-history';
import { isNewer, RunMemory } from './run-memory';

/** Page limit of the bulk read. Missing connections are then read singly. */
const MAX_PAGES = 10;

/** Required freshness of the cached jobs. */
export interface Freshness {
  readonly nowMs: number;
  readonly maxAgeMs: number;
  /** Number of the newest change that the result must include. */
  readonly change: number;
  /** Number of the newest change of all. */
  readonly newestChange: number;
}

/**
 * Caches the newest jobs of many connections with few calls. The newest jobs of all connections are read in
 * bulk as a window without gaps; connections beyond the window are read singly. A later refresh reads only down
 * to a known job.
 */
@Injectable()
export class JobLedger {
  private readonly memory = new RunMemory();
  /** The newest and the oldest job of the window. */
  private newestId: string | null = null;
  private oldestId: string | null = null;
  /** Number of jobs in the window; also the offset of the first job after it. */
  private size = 0;
  /** True if the window contains every job. */
  private isComplete = false;
  private epoch = 0;
  private readAt: Freshness | null = null;
  private lastRead: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: AirbyteClient) {}

  /** Ensures that the runs of these connections are cached and fresh. */
  async refresh(connectionIds: readonly string[], freshness: Freshness, context: CallContext): Promise<void> {
    await this.serialize(() => this.readWindow(connectionIds, freshness, context));
    const missingOf = this.missing(connectionIds);
    await mapConcurrently(missingOf, (id) => this.readSingly(id, context));
  }

  factsOf(connectionId: string): RunFacts {
    return this.memory.factsOf(connectionId);
  }

  private missing(connectionIds: readonly string[]): readonly string[] {
    return this.isComplete ? [] : connectionIds.filter((id) => !this.memory.hasStatusFacts(id));
  }

  private async readWindow(
    connectionIds: readonly string[],
    freshness: Freshness,
    context: CallContext,
  ): Promise<void> {
    const pages = this.isFresh(freshness) ? 0 : await this.readNewJobs(freshness, context);
    // A further page costs one call, as does each missing connection.
    const isBulkCheaper = (page: number): boolean =>
      page < Math.min(MAX_PAGES, this.missing(connectionIds).length);
    for (let page = pages; isBulkCheaper(page); page++) {
      const jobs = await this.readPage(this.size, context);
      this.append(jobs);
      this.isComplete = jobs.received < PAGE_LIMIT;
    }
  }

  private isFresh({ nowMs, maxAgeMs, change }: Freshness): boolean {
    const { readAt } = this;
    return readAt !== null && readAt.newestChange >= change && nowMs - readAt.nowMs < maxAgeMs;
  }

  /** Reads new jobs down to a known one. @returns the number of pages read */
  private async readNewJobs(freshness: Freshness, context: CallContext): Promise<number> {
    const openBefore = this.memory.openJobs();
    let page = await this.readPage(0, context);
    // If the newest known job is missing, Airbyte was reinstalled and job ids restarted.
    const known = isOlder(page[0], this.newestId) ? null : this.newestId;
    const meetsKnown = (): boolean => known !== null && page.some((job) => !isNewer(job.jobId, known));
    const isEnd = (): boolean => page.received < PAGE_LIMIT;
    const jobs = [...page];
    let pages = 1;
    while (known !== null && !isEnd() && !meetsKnown() && pages < MAX_PAGES) {
      page = await this.readPage(pages * PAGE_LIMIT, context);
      jobs.push(...page);
      pages += 1;
    }
    if (!meetsKnown()) this.resetWindow();
    this.prepend(jobs);
    this.isComplete ||= isEnd();
    if (meetsKnown()) await this.readOpen(openBefore, jobs, context);
    this.readAt = freshness;
    return pages;
  }

  /** Call if known and new jobs do not connect. */
  private resetWindow(): void {
    this.epoch += 1;
    this.memory.clear();
    this.size = 0;
    this.isComplete = false;
    this.newestId = null;
    this.oldestId = null;
  }

  private prepend(jobs: readonly AirbyteJob[]): void {
    const known = this.newestId;
    const fresh = jobs.filter((job) => known === null || isNewer(job.jobId, known));
    this.size += new Set(fresh.map((job) => job.jobId)).size;
    for (const job of jobs) this.memory.add(job);
    this.newestId = jobs[0]?.jobId ?? known;
    this.oldestId ??= jobs.at(-1)?.jobId ?? null;
  }

  /** New jobs shift the others, so a further page may contain known jobs. */
  private append(jobs: readonly AirbyteJob[]): void {
    const known = this.oldestId;
    const older = jobs.filter((job) => known === null || isNewer(known, job.jobId));
    this.size += older.length;
    for (const job of older) this.memory.add(job);
    this.oldestId = older.at(-1)?.jobId ?? known;
  }

  /** Rereads jobs that had not ended and are not in the pages just read. */
  private async readOpen(
    openBefore: readonly string[],
    read: readonly AirbyteJob[],
    context: CallContext,
  ): Promise<void> {
    const seen = new Set(read.map((job) => job.jobId));
    const unseen = openBefore.filter((jobId) => !seen.has(jobId));
    await mapConcurrently(unseen, async (jobId) => {
      try {
        this.memory.add(await this.client.getJob(jobId, context));
      } catch (error) {
        if (!isUnknownJob(error)) throw error;
        this.memory.drop(jobId);
        // The window may have contained that job.
        this.isComplete = false;
      }
    });
  }

  private async readSingly(connectionId: string, context: CallContext): Promise<void> {
    const { epoch } = this;
    const facts = await this.factsUpstream(connectionId, context);
    if (epoch === this.epoch) this.memory.addComplete(connectionId, facts);
    // The window was reset meanwhile, so there may be a gap before it.
    else await this.readSingly(connectionId, context);
  }

  private async factsUpstream(connectionId: string, context: CallContext): Promise<RunFacts> {
    try {
      return await readRunFacts(this.client, connectionId, context);
    } catch (error) {
      if (isUnknownJob(error)) return { newestJobs: [], newestSuccess: null };
      throw error;
    }
  }

  private readPage(offset: number, context: CallContext): Promise<Page<AirbyteJob>> {
    return this.client.listJobs({ limit: PAGE_LIMIT, offset }, context);
  }

  /** Runs one read at a time, so that the next can use its result. */
  private async serialize(read: () => Promise<void>): Promise<void> {
    const mine = this.lastRead.then(read);
    this.lastRead = mine.catch(() => undefined);
    await mine;
  }
}

function isOlder(newest: AirbyteJob | undefined, known: string | null): boolean {
  return known !== null && (newest === undefined || isNewer(known, newest.jobId));
}
