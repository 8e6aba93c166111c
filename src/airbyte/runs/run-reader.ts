import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { isUnknownJob } from '../core/job-status';
import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import {
  airbyteProblem,
  ingestionNotFound,
  withProblems,
  withIngestionProblems,
} from '../core/upstream-problem';
import { assertVisible } from '../core/visibility';
import { Mirror } from '../mirror/mirror';
import { runNotFound } from './run-problems';

/** Airbyte's job ids are 64-bit integers. */
const JOB_ID = /^[1-9]\d{0,18}$/;

/** Reads runs and checks their ingestion. */
@Injectable()
export class RunReader {
  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
  ) {}

  async ingestion(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, context),
    );
    return assertVisible(connection, context);
  }

  async job(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const bounded = this.client.withDeadline(context);
    await this.ingestion(connectionId, bounded);
    const job = await this.findJob(connectionId, runId, bounded);
    if (!job) throw runNotFound();
    return job;
  }

  /** Like {@link job}, but from the mirror, so the state may be as old as the feed. */
  async followedJob(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const observed = await withIngestionProblems(connectionId, () =>
      this.mirror.observe(connectionId, context),
    );
    if (!observed) throw ingestionNotFound();
    if (observed.failure) throw airbyteProblem(observed.failure);
    const job = observed.newestJobs.find(({ jobId }) => jobId === runId);
    return job ?? this.job(connectionId, runId, context);
  }

  /** Airbyte returns a job whatever its connection, so the connection is compared. */
  private findJob(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob | null> {
    if (!JOB_ID.test(runId)) return Promise.resolve(null);
    return withProblems(async () => {
      try {
        const job = await this.client.getJob(runId, context);
        return job.connectionId === connectionId ? job : null;
      } catch (error) {
        if (isUnknownJob(error)) return null;
        throw error;
      }
    });
  }
}
