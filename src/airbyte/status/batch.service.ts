import { Injectable } from '@nestjs/common';
import { AirbyteClient } from '../client/airbyte.client';
import type { RequestContext } from '../../http/request-context';
import { mapConcurrently } from '../../lib/map-concurrently';
import { asProblem } from '../../api/problem/as-problem';
import { problemBody } from '../../api/problem/problem-body';
import type { ProblemException } from '../../api/problem/problem.exception';
import { ingestionNotFound, withProblems, withIngestionProblems } from '../core/upstream-problem';
import { BulkReader, type ObservedConnection } from './bulk-reader';
import type { StatusBatchDto, StatusBatchResultDto } from './dto/status-batch.dto';
import type { StatusQueryDto } from './dto/status-query.dto';
import { StatusReader } from '../core/status-reader';
import { statusOf } from './status-report';
import { StatusService } from './status.service';

/** A value, or the problem that prevented it. */
type Outcome<T> =
  | { readonly isFound: true; readonly value: T }
  | { readonly isFound: false; readonly problem: ProblemException };

/** Statuses of many ingestions with few upstream calls. */
@Injectable()
export class BatchService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly reader: StatusReader,
    private readonly bulk: BulkReader,
    private readonly statuses: StatusService,
  ) {}

  /** A failure for one id does not affect the others. */
  async batch(
    ids: readonly string[],
    query: StatusQueryDto,
    context: RequestContext,
  ): Promise<StatusBatchDto> {
    const bounded = this.client.withDeadline(context);
    const found = await mapConcurrently(ids, (id) => outcomeOf(() => this.readVisible(id, bounded)));
    const seen = found.flatMap((one) => (one.isFound ? [one.value.connection] : []));
    const runs = await outcomeOf(() => withProblems(() => this.bulk.runsOf(seen, bounded)));
    const tolerances = this.statuses.tolerances(query.freshness);
    const now = this.reader.airbyteNow();
    const results = found.map((one, index) => {
      const connectionId = ids[index] ?? '';
      const target = { url: `/ingestion/${connectionId}/status`, requestId: context.requestId };
      const failed = (problem: ProblemException): StatusBatchResultDto => ({
        connectionId,
        status: null,
        problem: problemBody(problem, target),
      });
      if (!one.isFound) return failed(one.problem);
      if (!runs.isFound) return failed(runs.problem);
      const snapshot = { ...one.value, ...runs.value(connectionId) };
      return { connectionId, status: statusOf(snapshot, now, tolerances), problem: null };
    });
    return { results };
  }

  private readVisible(connectionId: string, context: RequestContext): Promise<ObservedConnection> {
    return withIngestionProblems(connectionId, async () => {
      const seen = await this.bulk.connection(connectionId, context);
      if (!seen) throw ingestionNotFound();
      return seen;
    });
  }
}

async function outcomeOf<T>(find: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { isFound: true, value: await find() };
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === 'internal-error') throw error;
    return { isFound: false, problem };
  }
}
