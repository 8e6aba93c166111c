import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import type { CreationClaims } from '../client/creation/creation-claims';
import { NEWEST_JOBS } from '../core/sync-history';

/** Whose job is looked for. */
export interface JobQuery {
  readonly connectionId: string;
  /** Names the request through all its tries. */
  readonly claimant: string;
  readonly context: CallContext;
}

/** Finds the job that a start has made. No job is given to two starts. */
export class JobSearch {
  constructor(
    private readonly client: AirbyteClient,
    private readonly claims: CreationClaims,
  ) {}

  /** Id of the newest job of a connection. Airbyte's job ids grow with time. */
  async newestJobId(connectionId: string, context: CallContext): Promise<bigint> {
    const [newest] = await this.client.listJobs({ connectionId, limit: 1, offset: 0 }, context);
    return newest === undefined ? 0n : BigInt(newest.jobId);
  }

  /**
   * The oldest sync that a start can have made, claimed for it: one that it has already, or one that no start has.
   * A scheduled run that begins at the same moment cannot be told from it, by Airbyte neither: up to version 2.1 it
   * answers the start with that run.
   */
  async find(search: JobQuery, isCandidate: (job: AirbyteJob) => boolean): Promise<AirbyteJob | undefined> {
    const { connectionId, claimant, context } = search;
    const jobs = await this.client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
    const candidates = jobs.filter((job) => job.jobType === 'sync' && isCandidate(job)).reverse();
    if (candidates.length === 0) return undefined;
    const owners = await this.claims.ownersOf(candidates.map(claimIdOf));
    const own = candidates.find((job) => owners.get(claimIdOf(job)) === claimant);
    const found = own ?? candidates.find((job) => !owners.has(claimIdOf(job)));
    return found && (await this.claims.claimFound(claimIdOf(found), claimant)) ? found : undefined;
  }

  /** @returns false where the job that Airbyte answered was found by another start before */
  claimAnswered(job: AirbyteJob, claimant: string): Promise<boolean> {
    return this.claims.claimCreated(claimIdOf(job), claimant);
  }
}

/**
 * Jobs and connections share the table of claims. Job ids alone would not do: an Airbyte that was set up anew counts
 * from one again.
 */
function claimIdOf({ connectionId, jobId }: AirbyteJob): string {
  return `${connectionId} job ${jobId}`;
}
