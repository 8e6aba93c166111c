import { CoalescedReads } from '../../lib/coalesced-reads';
import type { Clock } from '../../lib/clock';
import type { Settings } from '../../config/settings-types';
import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import type { Changes } from '../core/changes';
import { isSuccess, NEWEST_JOBS } from '../core/job-status';
import type { RunFacts } from '../core/status-facts';
import { isVisibleTo, sharingKey, visibleOrNull } from '../core/visibility';
import type { MirrorStore } from './mirror-store';
import { beginRead, type ReadStart } from './read-start';

const MAX_SHARED = 10_000;

export interface ConnectionFact {
  readonly connection: AirbyteConnection;
  readonly connectionRead: ReadStart;
}

export interface RunsFact extends RunFacts {
  readonly runsRead: ReadStart;
}

interface NewestJobs {
  readonly read: ReadStart;
  readonly page: Page<AirbyteJob>;
}

/**
 * Reads single ingestions from Airbyte. All callers of one workspace share a read, at most one per id and
 * `STATUS_MAX_AGE_MS`. A read that waits for the turn of its caller is shared only with this caller. What is read is
 * stored. An id that does not exist for the caller causes the same calls whatever the reason.
 */
export class DirectReader {
  private readonly connections: CoalescedReads<ConnectionFact | null>;
  private readonly jobs: CoalescedReads<NewestJobs>;
  /** Shared by all who share the read of the newest jobs, so they are never older than it. */
  private readonly runs = new WeakMap<NewestJobs, Promise<RunsFact>>();

  constructor(
    private readonly client: AirbyteClient,
    private readonly store: MirrorStore,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly settings: Pick<Settings, 'airbyte' | 'statusMaxAgeMs'>,
  ) {
    const sharing = {
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_SHARED,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
      mustWait: () => client.caller.mustReadsWait,
    };
    this.connections = new CoalescedReads(sharing);
    this.jobs = new CoalescedReads(sharing);
  }

  /** @returns null if the ingestion does not exist for the caller; this is shared too */
  connection(connectionId: string, context: RequestContext): Promise<ConnectionFact | null> {
    const readNow = async (): Promise<ConnectionFact | null> => {
      const connectionRead = beginRead(this.clock, this.changes);
      const reading = this.client.getConnection(connectionId, context);
      const connection = await visibleOrNull(connectionId, reading, context);
      if (connection) this.keep(connection, connectionRead);
      else this.forget(connectionId, context, connectionRead);
      return connection && { connection, connectionRead };
    };
    const change = this.changes.lastOf(connectionId);
    return this.connections.get(sharingKey(context, connectionId), readNow, {
      change,
      callerKey: context.callerKey,
    });
  }

  /**
   * The newest jobs. May be called before it is known whether the caller may see the ingestion: Airbyte returns no
   * jobs for an unknown id, and the call is the same for every id.
   */
  newestJobs(connectionId: string, context: RequestContext): Promise<NewestJobs> {
    const readNow = async (): Promise<NewestJobs> => {
      const read = beginRead(this.clock, this.changes);
      return { read, page: await readNewestJobs(this.client, connectionId, context) };
    };
    const change = this.changes.lastOf(connectionId);
    return this.jobs.get(sharingKey(context, connectionId), readNow, {
      change,
      callerKey: context.callerKey,
    });
  }

  /** The newest jobs and the newest success, which may take further calls. */
  async runsOf(
    connectionId: string,
    context: RequestContext,
    reading = this.newestJobs(connectionId, context),
  ): Promise<RunsFact> {
    const jobs = await reading;
    const known = this.runs.get(jobs);
    if (known) return known;
    const completing = this.complete(connectionId, jobs, context);
    this.runs.set(jobs, completing);
    completing.catch(() => this.runs.delete(jobs));
    return completing;
  }

  private async complete(
    connectionId: string,
    { page, read }: NewestJobs,
    context: RequestContext,
  ): Promise<RunsFact> {
    const success = await newestSuccess(this.client, connectionId, page, context);
    const facts = { newestJobs: page, newestSuccess: success };
    this.store.putHistory(connectionId, facts, read);
    return { ...facts, runsRead: read };
  }

  /** Lists of a deployment that is limited to one workspace do not show others. */
  private keep(connection: AirbyteConnection, read: ReadStart): void {
    const { workspaceId } = this.settings.airbyte;
    if (workspaceId === null || connection.workspaceId === workspaceId)
      this.store.putConnection(connection, read);
  }

  /** Removes a connection that does not exist any more. Callers of other workspaces cannot cause it. */
  private forget(connectionId: string, context: RequestContext, read: ReadStart): void {
    const stored = this.store.connection(connectionId);
    if (stored && isVisibleTo(stored.connection, context)) this.store.removeConnection(connectionId, read);
  }
}

function readNewestJobs(
  client: AirbyteClient,
  connectionId: string,
  context: CallContext,
): Promise<Page<AirbyteJob>> {
  return client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
}

/** Reads the newest jobs and the newest success, usually with one upstream call. */
export async function readRunFacts(
  client: AirbyteClient,
  connectionId: string,
  context: CallContext,
): Promise<RunFacts> {
  const newestJobs = await readNewestJobs(client, connectionId, context);
  return { newestJobs, newestSuccess: await newestSuccess(client, connectionId, newestJobs, context) };
}

/**
 * Finds the newest successful sync or refresh. If `newest` contains none, reads the history of successes page
 * by page.
 */
async function newestSuccess(
  client: AirbyteClient,
  connectionId: string,
  newest: Page<AirbyteJob>,
  context: CallContext,
): Promise<AirbyteJob | null> {
  const found = newest.find(isSuccess);
  if (found) return found;
  if (newest.received < NEWEST_JOBS) return null;
  const seen = new Set<string>();
  for (let offset = 0; ; offset += PAGE_LIMIT) {
    const page = await client.listJobs(
      { connectionId, status: 'succeeded', limit: PAGE_LIMIT, offset },
      context,
    );
    const success = page.find(isSuccess);
    if (success) return success;
    // A full page without a new job comes from a server that ignores the offset.
    const fresh = page.filter(({ jobId }) => !seen.has(jobId));
    if (page.received < PAGE_LIMIT || (page.length > 0 && fresh.length === 0)) return null;
    for (const { jobId } of fresh) seen.add(jobId);
  }
}
