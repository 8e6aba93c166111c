import { Injectable } from '@nestjs/common';
import { AirbyteClient } from '../client/airbyte.client';
import type { RequestContext } from '../../http/request-context';
import { mapConcurrently } from '../../lib/map-concurrently';
import { asProblem } from '../../api/problem/as-problem';
import { problemBody } from '../../api/problem/problem-body';
import type { StatusBatchDto, StatusBatchResultDto } from './dto/status-batch.dto';
import type { FreshnessQueryDto } from './dto/status-query.dto';
import { StatusService } from './status.service';

/** Statuses of many ingestions. */
@Injectable()
export class BatchService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly statuses: StatusService,
  ) {}

  /** A failure for one id does not affect the others. */
  async batch(
    ids: readonly string[],
    query: FreshnessQueryDto,
    request: RequestContext,
    maxAgeMs: number | null,
  ): Promise<StatusBatchDto> {
    const context = this.client.withDeadline(request);
    const read = async (connectionId: string): Promise<StatusBatchResultDto> => {
      try {
        const { status } = await this.statuses.status(connectionId, query, context, maxAgeMs);
        return { connectionId, status, problem: null };
      } catch (error) {
        const problem = asProblem(error);
        if (problem.code === 'internal-error') throw error;
        const target = { url: `/ingestion/${connectionId}/status`, requestId: context.requestId };
        return { connectionId, status: null, problem: problemBody(problem, target) };
      }
    };
    return { results: await mapConcurrently(ids, read) };
  }
}
