import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import type { RequestContext } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import { Changes } from '../core/changes';
import type {
  AirbyteConnection,
  CreateConnectionInput,
  SoughtConnection,
} from '../client/model/airbyte-types';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import { readSchedule, storedForm } from '../schedule';
import { airbyteProblem, withProblems, withIngestionProblems } from '../core/upstream-problem';
import { creationInput } from './creation-input';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { CreationCheckDto, CreationWarningDto, UncheckedFieldDto } from './dto/creation-check.dto';
import type { IngestionDto } from '../core/dto/ingestion.dto';
import { dryRun } from './dry-run';
import { ambiguousCreation, findEarlierResult } from '../core/idempotent-retry';
import { SchedulePolicy } from '../core/schedule-policy';
import { referenceProblem } from './reference-problem';
import { toResource } from './resource-mapper';
import { FreshnessWriter } from './freshness-writer';
import { ScheduleWriter, type WantedSchedule } from './schedule-writer';
import type { BoundedContext } from './stream-catalog';
import { StreamCheck } from './stream-check';
import { TableCheck } from './table-check';
import { assertVisible } from '../core/visibility';

/**
 * Kinds of Airbyte's error for unknown ids, and (`failed`) for a source and a destination in different
 * workspaces.
 */
const REFERENCE_KINDS: readonly AirbyteErrorKind[] = ['not_found', 'forbidden', 'failed'];

const STILL_READING = 'Airbyte is still reading the schema of the source. Check again in a minute.';

/** Schedule of a creation without one. */
const { schedule: MANUAL } = readSchedule({ scheduleType: 'manual' });

/** Creates, checks and deletes ingestions. An ingestion is a connection in Airbyte. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly schedules: SchedulePolicy,
    private readonly writer: ScheduleWriter,
    private readonly freshness: FreshnessWriter,
    private readonly changes: Changes,
    private readonly streams: StreamCheck,
    private readonly tables: TableCheck,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(request: CreateIngestionDto, context: RequestContext): Promise<IngestionDto> {
    const { schedule } = request;
    const translated = schedule ? this.writer.translate(schedule, { at: context.attemptedSince }) : null;
    const plain = creationInput(request, translated?.upstream ?? { scheduleType: 'manual' });
    const wanted =
      schedule && translated?.internal ? { request: schedule, internal: translated.internal } : null;
    const bounded = this.client.withDeadline(context, 'create');
    const connection = await withProblems(async () => {
      await this.assertReferencesVisible(plain, bounded);
      const input = await this.withFreshness(plain, request.freshness, bounded);
      if (wanted) return this.createInternally(input, wanted, bounded);
      return (await this.findEarlier([input], bounded)) ?? this.createConnection(input, bounded);
    });
    this.changes.record(connection.connectionId);
    return toResource(connection);
  }

  /** Adds the tag of the objective, which belongs to the workspace of the source. */
  private async withFreshness(
    input: CreateConnectionInput,
    freshness: string | null | undefined,
    context: BoundedContext,
  ): Promise<CreateConnectionInput> {
    if (freshness === null || freshness === undefined) return input;
    const workspaceId = await this.workspaceOf(input, context);
    return { ...input, tags: [await this.freshness.tagFor(freshness, workspaceId, context)] };
  }

  /** @throws ProblemException if the source or the destination is not known */
  private async workspaceOf(input: CreateConnectionInput, context: BoundedContext): Promise<string> {
    const bounded = this.client.withDeadline(context);
    const problem = await referenceProblem(this.client, input, bounded);
    if (problem) throw problem;
    return (await this.client.getSource(input.sourceId, bounded)).workspaceId;
  }

  /**
   * Creates a paused connection, writes its schedule through the internal API, reads it back and activates it. A retry with
   * the same Idempotency-Key continues where an earlier attempt ended.
   */
  private async createInternally(
    input: CreateConnectionInput,
    wanted: WantedSchedule,
    context: BoundedContext,
  ): Promise<AirbyteConnection> {
    const { status } = input;
    const paused = { ...input, status: 'inactive' } as const;
    const schedule = storedForm(wanted.internal);
    const earlier = await this.findEarlier(
      [{ ...input, schedule }, { ...paused, schedule }, paused],
      context,
    );
    if (!earlier) await this.writer.assertSupported(wanted.request, wanted.internal, context);
    const connection = earlier ?? (await this.createConnection(paused, context));
    try {
      return await this.writer.complete(connection, wanted, status, context);
    } finally {
      // Also if it was deleted again.
      this.changes.record(connection.connectionId);
    }
  }

  /** Validates a creation with reads only. Throws the same problems as the creation. */
  async check(request: CreateIngestionDto, context: RequestContext): Promise<CreationCheckDto> {
    const { schedule: requested } = request;
    const translated = requested ? this.writer.translate(requested) : null;
    const input = creationInput(request, translated?.upstream ?? { scheduleType: 'manual' });
    const bounded = this.client.withDeadline(context);
    if (requested && translated) await this.writer.assertSupported(requested, translated.internal, bounded);
    const problem = await withProblems(() => referenceProblem(this.client, request, bounded));
    if (problem) throw problem;
    if (request.freshness)
      await withProblems(async () =>
        this.freshness.assertSupported(await this.workspaceOf(input, bounded), bounded),
      );
    // At the same time, because the schema of a source may take all of the time.
    const checkingTables = this.checkTables(input, bounded);
    // If both refuse the request, the streams are named.
    checkingTables.catch(() => undefined);
    const unchecked = await this.checkStreams(input, bounded);
    const { warnings, unlisted } = await checkingTables;
    const schedule = translated?.schedule ?? MANUAL;
    return dryRun(
      request,
      schedule,
      { unchecked: [...unchecked, ...unlisted], warnings },
      { now: this.clock.now(), ...this.schedules.limits },
    );
  }

  /** Reads the connection first, because Airbyte also accepts the deletion of a deleted connection. */
  async delete(connectionId: string, context: RequestContext): Promise<void> {
    const bounded = this.client.withDeadline(context);
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, bounded),
    );
    assertVisible(connection, context);
    try {
      await withIngestionProblems(connectionId, () => this.client.deleteConnection(connectionId, bounded));
    } finally {
      this.changes.record(connectionId);
    }
  }

  /** Finds the connection that an earlier attempt of this request created. */
  private async findEarlier(
    sought: readonly SoughtConnection[],
    context: RequestContext,
  ): Promise<AirbyteConnection | undefined> {
    const { earlierAttempt } = context;
    if (!earlierAttempt) return undefined;
    const since = earlierAttempt.startedAt.getTime();
    const found = await findEarlierResult(earlierAttempt, () =>
      this.client.findEarlierCreation(sought, since, this.client.withDeadline(context)),
    );
    if (found === 'ambiguous') throw ambiguousCreation();
    return found;
  }

  /**
   * A caller limited to one workspace must not learn, from a creation or its recovery, what exists in other
   * workspaces.
   */
  private async assertReferencesVisible(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<void> {
    if (!context.caller?.workspaceId) return;
    const problem = await referenceProblem(this.client, input, this.client.withDeadline(context));
    if (problem) throw problem;
  }

  private async createConnection(
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    await this.tables.assertFree(input, context);
    try {
      return await this.client.createConnection(input, context);
    } catch (error) {
      throw (error instanceof AirbyteError && (await this.explainRefusal(error, input, context))) || error;
    }
  }

  /**
   * Returns a more precise problem; null if there is none or the check itself fails. The error of the creation
   * is then reported.
   */
  private async explainRefusal(
    refusal: AirbyteError,
    input: CreateConnectionInput,
    context: RequestContext,
  ): Promise<ProblemException | null> {
    const bounded = this.client.withDeadline(context);
    try {
      if (REFERENCE_KINDS.includes(refusal.kind)) return await referenceProblem(this.client, input, bounded);
      const { configurations } = input;
      return configurations
        ? await this.streams.explain(refusal, input, configurations.streams, bounded)
        : null;
    } catch (error) {
      if (error instanceof AirbyteError) return null;
      throw error;
    }
  }

  /**
   * @returns fields that could not be checked
   * @throws ProblemException for streams that Airbyte would reject
   */
  private async checkStreams(
    input: CreateConnectionInput,
    context: BoundedContext,
  ): Promise<UncheckedFieldDto[]> {
    if (!input.configurations) return [];
    try {
      const errors = await this.streams.errorsOf(input, input.configurations.streams, context);
      if (!errors) return [{ field: 'streams', reason: STILL_READING }];
      if (errors.length === 0) return [];
      throw new ProblemException('rejected-by-airbyte', 'Airbyte would reject the streams.', { errors });
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      return [{ field: 'streams', reason: airbyteProblem(error).detail }];
    }
  }

  /** @throws ProblemException `table-in-use` */
  private async checkTables(
    input: CreateConnectionInput,
    context: BoundedContext,
  ): Promise<{ readonly warnings: CreationWarningDto[]; readonly unlisted: UncheckedFieldDto[] }> {
    try {
      return { warnings: await this.tables.warningsOf(input, context), unlisted: [] };
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      const reason = `The ingestions of the destination could not be read. ${airbyteProblem(error).detail}`;
      return { warnings: [], unlisted: [{ field: 'destinationId', reason }] };
    }
  }
}
