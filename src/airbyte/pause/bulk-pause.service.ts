import { Injectable } from '@nestjs/common';
import { asProblem } from '../../api/problem/as-problem';
import { problemBody } from '../../api/problem/problem-body';
import { validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { mapConcurrently } from '../../lib/map-concurrently';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { matchesConnection } from '../core/connection-filter';
import type { PauseNote } from '../core/pause-note';
import { withIngestionProblems, withProblems } from '../core/upstream-problem';
import { assertVisible } from '../core/visibility';
import { Mirror } from '../mirror/mirror';
import {
  type BulkPauseDto,
  type BulkPauseRequestDto,
  type BulkPauseResultDto,
  MAX_BULK,
  type PauseOutcome,
} from './dto/bulk-pause.dto';
import { noteOf, PauseService } from './pause.service';

/** Pauses one ingestion, or only says what would happen. */
type Act = (connection: AirbyteConnection) => Promise<PauseOutcome>;

interface Target {
  readonly connectionId: string;
  /** Null if it cannot be read. */
  readonly connection: AirbyteConnection | null;
  readonly error: unknown;
}

/** Pauses many ingestions with one reason and end. */
@Injectable()
export class BulkPauseService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
    private readonly pauses: PauseService,
  ) {}

  async pause(request: BulkPauseRequestDto, context: RequestContext): Promise<BulkPauseDto> {
    const bounded = this.client.withDeadline(context);
    const note = noteOf(request.pause, context);
    return this.forEach(request, bounded, async (connection) => {
      if (connection.status !== 'active') return this.outcomeOfInactive(connection, note, bounded);
      await this.pauses.write(connection, note, bounded);
      return 'paused';
    });
  }

  check(request: BulkPauseRequestDto, context: RequestContext): Promise<BulkPauseDto> {
    const bounded = this.client.withDeadline(context);
    return this.forEach(request, bounded, (connection) =>
      Promise.resolve(connection.status === 'active' ? 'would_pause' : 'already_inactive'),
    );
  }

  /** A repeated request finds ingestions that its first attempt has paused. */
  private async outcomeOfInactive(
    connection: AirbyteConnection,
    note: PauseNote,
    context: RequestContext,
  ): Promise<PauseOutcome> {
    return (await this.pauses.isWritten(connection, note, context)) ? 'paused' : 'already_inactive';
  }

  /** A failure for one ingestion does not affect the others. */
  private async forEach(
    request: BulkPauseRequestDto,
    context: RequestContext,
    act: Act,
  ): Promise<BulkPauseDto> {
    this.pauses.assertValid(request.pause);
    const ids = await this.idsOf(request, context);
    const targets = await mapConcurrently(ids, (id) => this.targetOf(id, context));
    const active = targets.find(({ connection }) => connection?.status === 'active')?.connection;
    if (active) await this.pauses.assertAvailable(active, context);
    return { results: await mapConcurrently(targets, (target) => this.resultOf(target, context, act)) };
  }

  private async targetOf(connectionId: string, context: RequestContext): Promise<Target> {
    try {
      const connection = await withIngestionProblems(connectionId, () =>
        this.client.getConnection(connectionId, context),
      );
      return { connectionId, connection: assertVisible(connection, context), error: null };
    } catch (error) {
      return { connectionId, connection: null, error };
    }
  }

  private async resultOf(
    { connectionId, connection, error }: Target,
    { requestId }: RequestContext,
    act: Act,
  ): Promise<BulkPauseResultDto> {
    const name = connection?.name ?? null;
    try {
      if (!connection) throw error;
      return { connectionId, name, outcome: await act(connection), problem: null };
    } catch (failure) {
      const problem = asProblem(failure);
      if (problem.code === 'internal-error') throw failure;
      const target = { url: `/ingestion/${connectionId}`, requestId };
      return { connectionId, name, outcome: 'failed', problem: problemBody(problem, target) };
    }
  }

  /** Ids of the active ingestions that match the filter, or the ids that were sent, each once. */
  private async idsOf(
    { ids, filter }: BulkPauseRequestDto,
    context: RequestContext,
  ): Promise<readonly string[]> {
    if (ids && !filter) return [...new Set(ids)];
    if (ids || !filter) throw eitherIdsOrFilter(ids ? 'stands beside ids' : 'is missing');
    const { rows } = await withProblems(() => this.mirror.connections(context));
    const matching = rows.filter(
      ({ connection }) => connection.status === 'active' && matchesConnection(connection, filter),
    );
    if (matching.length <= MAX_BULK) return matching.map(({ connection }) => connection.connectionId);
    throw validationFailed([
      {
        field: 'filter',
        reason: `matches ${matching.length} active ingestions, and one request pauses at most ${MAX_BULK}`,
        hint: 'Add a condition such as sourceId, or send the ids in several requests.',
      },
    ]);
  }
}

function eitherIdsOrFilter(reason: string): Error {
  return validationFailed([
    {
      field: 'filter',
      reason,
      hint: 'Send either ids or filter; {"filter": {}} takes every active ingestion.',
    },
  ]);
}
