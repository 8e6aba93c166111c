import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import type { RequestContext } from '../../common/http/request-context';
import type { ProblemException } from '../../common/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CreateConnectionInput } from '../client/airbyte.types';
import { AirbyteError, type AirbyteErrorKind } from '../client/airbyte.errors';
import { readSchedule } from '../schedule';
import { StatusReader } from '../status/status.reader';
import { onBehalf, onBehalfOf } from './airbyte-problem';
import { creationInput } from './creation.input';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { CreationCheckDto } from './dto/creation-check.dto';
import type { IngestionDto } from './dto/ingestion.dto';
import { creationOutlook } from './creation.outlook';
import { ambiguousCreation, requireMayRepeat } from './earlier-attempt';
import { SchedulePolicy } from './schedule.policy';
import { referenceProblem } from './reference.problem';
import { toResource } from './resource.mapper';
import { requireInSight } from './visibility';

/** How Airbyte refuses ids that it does not know, and, as if it had failed itself, two of different workspaces. */
const REFERENCE_KINDS: readonly AirbyteErrorKind[] = ['not_found', 'forbidden', 'failed'];

/** A creation without a schedule. */
const { schedule: MANUAL } = readSchedule({ scheduleType: 'manual' });

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
    const asked = request.schedule
      ? this.schedules.translate(request.schedule, { at: context.attemptedSince })
      : null;
    const input = creationInput(request, asked?.upstream ?? { scheduleType: 'manual' });
    const whole = this.client.shareBudget(context, 'create');
    const connection = await onBehalf(async () => {
      await this.requireOwnReferences(input, whole);
      return (await this.findEarlier(input, whole)) ?? this.createConnection(input, whole);
    });
    this.statuses.forget(connection.connectionId);
    return toResource(connection);
  }

  /** Every check of a creation that a read can make; whatever it would refuse is thrown as it would be. */
  async check(request: CreateIngestionDto, context: RequestContext): Promise<CreationCheckDto> {
    const accepted = request.schedule ? this.schedules.translate(request.schedule).schedule : MANUAL;
    const problem = await onBehalf(() => referenceProblem(this.client, request, context));
    if (problem) throw problem;
    return creationOutlook(request, accepted, { now: this.clock.now(), ...this.schedules.limits });
  }

  /** Airbyte answers a second deletion like the first: an ingestion that is gone already is told from its status. */
  async delete(connectionId: string, context: RequestContext): Promise<void> {
    const whole = this.client.shareBudget(context);
    const connection = await onBehalfOf(connectionId, () => this.client.getConnection(connectionId, whole));
    requireInSight(connection, context);
    try {
      await onBehalfOf(connectionId, () => this.client.deleteConnection(connectionId, whole));
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
    const since = earlierAttempt.startedAt.getTime();
    const found = await this.client.findEarlierCreation(input, since, this.client.shareBudget(context));
    if (found === 'ambiguous') throw ambiguousCreation();
    if (!found) requireMayRepeat(earlierAttempt);
    return found;
  }

  /** Who is limited to a workspace is told neither by a creation nor by what is found of one what there is in others. */
  private async requireOwnReferences(input: CreateConnectionInput, context: RequestContext): Promise<void> {
    if (!context.caller?.workspaceId) return;
    const problem = await referenceProblem(this.client, input, this.client.shareBudget(context));
    if (problem) throw problem;
  }

  private async createConnection(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    try {
      return await this.client.createConnection(input, context);
    } catch (error) {
      const mayBeReference = error instanceof AirbyteError && REFERENCE_KINDS.includes(error.kind);
      throw (mayBeReference && (await this.explanation(input, context))) || error;
    }
  }

  /** Null also when nobody can tell: then what Airbyte said of the creation itself is what counts. */
  private async explanation(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<ProblemException | null> {
    try {
      return await referenceProblem(this.client, input, this.client.shareBudget(context));
    } catch (error) {
      if (error instanceof AirbyteError) return null;
      throw error;
    }
  }
}
