import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { NEWEST_JOBS } from '../core/job-status';
import type { CreationClaims } from '../client/creation/creation-claims';

/** The start whose job is searched. */
export interface JobQuery {
  readonly connectionId: string;
  /** Types of the jobs that the start creates. */
  readonly jobTypes: readonly string[];
  /** Identifies the request across retries. */
  readonly claimant: string;
  readonly context: CallContext;
}

/** Finds the job that a start created. No job is assigned to two starts. */
export class JobSearch {
  constructor(
    private readonly client: AirbyteClient,
    private readonly claims: CreationClaims,
  ) {}

  /** Id of the newest job of a connection; 0 if there is none. Airbyte's job ids ascend. */
  async newestJobId(connectionId: string, context: CallContext): Promise<bigint> {
    const [newest] = await this.client.listJobs({ connectionId, limit: 1, offset: 0 }, context);
    return newest === undefined ? 0n : BigInt(newest.jobId);
  }

  /**
   * Finds and claims the oldest job that the start can have created: its own, or an unclaimed one. A scheduled
   * run that begins at the same time is indistinguishable; Airbyte up to 2.1 answers the start with that run
   * too.
   * @throws {ClaimsUnavailable} if it cannot be decided which jobs belong to other starts
   */
  async find(search: JobQuery, isCandidate: (job: AirbyteJob) => boolean): Promise<AirbyteJob | undefined> {
    const { connectionId, jobTypes, claimant, context } = search;
    const jobs = await this.client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
    const candidates = jobs.filter((job) => jobTypes.includes(job.jobType) && isCandidate(job)).reverse();
    if (candidates.length === 0) return undefined;
    const owners = await this.claims.ownersOf(candidates.map(claimIdOf));
    const own = candidates.find((job) => owners.get(claimIdOf(job)) === claimant);
    const found = own ?? candidates.find((job) => !owners.has(claimIdOf(job)));
    return found && (await this.claims.claimFound(claimIdOf(found), claimant)) ? found : undefined;
  }

  /** @returns false if another start already found the job */
  claimAnswered(job: AirbyteJob, claimant: string): Promise<boolean> {
    return this.claims.claimCreated(claimIdOf(job), claimant);
  }
}

/**
 * Jobs and connections share one claims table. The id includes the connection, because job ids restart when
 * Airbyte is reinstalled.
 */
function claimIdOf({ connectionId, jobId }: AirbyteJob): string {
  return `${connectionId} job ${jobId}`;
}
