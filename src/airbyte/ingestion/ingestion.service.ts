import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import type { RequestContext } from '../../common/http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection } from '../client/airbyte.types';
import { AirbyteError } from '../client/airbyte.errors';
import { ingestionNotFound, onBehalf, onBehalfOf } from './airbyte-problem';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { IngestionDto } from './dto/ingestion.dto';
import { isDeleted, toIngestion } from './ingestion.mapper';
import { SchedulePolicy } from './schedule.policy';
import { statusOf } from './status';
import { StatusReader } from './status.reader';
import { unknownReferences } from './unknown-reference';

/** What callers can do with ingestions, each of which is one connection in Airbyte. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly schedules: SchedulePolicy,
    private readonly statuses: StatusReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(request: CreateIngestionDto, context: RequestContext): Promise<IngestionDto> {
    const asked = request.schedule ? this.schedules.translate(request.schedule) : null;
    const upstream = asked?.upstream ?? { scheduleType: 'manual' };
    const connection = await onBehalf(() => this.createConnection(request, upstream, context));
    return toIngestion(connection, asked?.schedule ?? null);
  }

  async status(connectionId: string, context: RequestContext): Promise<IngestionStatusDto> {
    const snapshot = await onBehalfOf(connectionId, () => this.statuses.read(connectionId, context));
    if (isDeleted(snapshot.connection)) throw ingestionNotFound();
    return statusOf(snapshot, this.clock());
  }

  /** Airbyte answers a second deletion like the first: an ingestion that is gone already is told from its status. */
  async delete(connectionId: string, context: RequestContext): Promise<void> {
    const connection = await onBehalfOf(connectionId, () => this.client.getConnection(connectionId, context));
    if (isDeleted(connection)) throw ingestionNotFound();
    try {
      await onBehalfOf(connectionId, () => this.client.deleteConnection(connectionId, context));
    } finally {
      this.statuses.forget(connectionId);
    }
  }

  private async createConnection(
    request: CreateIngestionDto,
    schedule: { scheduleType: 'cron'; cronExpression: string } | { scheduleType: 'manual' },
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const { name, sourceId, destinationId } = request;
    const status = request.status ?? 'active';
    try {
      return await this.client.createConnection({ name, sourceId, destinationId, schedule, status }, context);
    } catch (error) {
      const mayBeReference = error instanceof AirbyteError && ['not_found', 'forbidden'].includes(error.kind);
      throw (mayBeReference && (await unknownReferences(this.client, request, context))) || error;
    }
  }
}
