import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CreateConnectionInput } from '../client/airbyte.types';
import { AirbyteError } from '../client/airbyte.errors';
import { StatusReader } from '../status/status.reader';
import { onBehalf, onBehalfOf } from './airbyte-problem';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { IngestionDto } from './dto/ingestion.dto';
import { requireMayRepeat } from './earlier-attempt';
import { toIngestion } from './ingestion.mapper';
import { SchedulePolicy } from './schedule.policy';
import { unknownReferences } from './unknown-reference';
import { requireInSight } from './visibility';

/** What callers can do with ingestions, each of which is one connection in Airbyte. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly schedules: SchedulePolicy,
    private readonly statuses: StatusReader,
  ) {}

  async create(request: CreateIngestionDto, context: RequestContext): Promise<IngestionDto> {
    const asked = request.schedule
      ? this.schedules.translate(request.schedule, context.attemptedSince)
      : null;
    const { name, sourceId, destinationId } = request;
    const schedule = asked?.upstream ?? { scheduleType: 'manual' };
    const input = { name, sourceId, destinationId, schedule, status: request.status ?? 'active' } as const;
    const connection = await onBehalf(async () => {
      return (await this.findEarlier(input, context)) ?? this.createConnection(input, context);
    });
    return toIngestion(connection, asked?.schedule ?? null);
  }

  /** Airbyte answers a second deletion like the first: an ingestion that is gone already is told from its status. */
  async delete(connectionId: string, context: RequestContext): Promise<void> {
    const connection = await onBehalfOf(connectionId, () => this.client.getConnection(connectionId, context));
    requireInSight(connection, context);
    try {
      await onBehalfOf(connectionId, () => this.client.deleteConnection(connectionId, context));
    } finally {
      this.statuses.forget(connectionId);
    }
  }

  /** What an earlier try of this very request has made. */
  private async findEarlier(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<AirbyteConnection | undefined> {
    const { earlierAttempt } = context;
    if (!earlierAttempt) return undefined;
    const found = await this.client.findEarlierCreation(input, earlierAttempt.startedAt.getTime(), context);
    if (!found) requireMayRepeat(earlierAttempt);
    return found;
  }

  /** Who is limited to a workspace is not told by a creation what there is in others: that is looked up before. */
  private async createConnection(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    if (context.caller?.workspaceId) {
      const problem = await unknownReferences(this.client, input, context);
      if (problem) throw problem;
    }
    try {
      return await this.client.createConnection(input, context);
    } catch (error) {
      const mayBeReference = error instanceof AirbyteError && ['not_found', 'forbidden'].includes(error.kind);
      throw (mayBeReference && (await unknownReferences(this.client, input, context))) || error;
    }
  }
}
