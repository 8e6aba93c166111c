import { parseAtOnce } from '../client/call/airbyte-caller';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import type { AirbyteJob, CallContext, StartOptions } from '../client/model/airbyte-types';
import type { Operation } from '../client/model/operation';
import { members, text } from '../client/model/parse';
import type { Capability, CapabilityReport, ScheduleCapability } from './capability';
import { type CapabilityListener, CapabilityMemory } from './capability-memory';
import {
  connectionChange,
  type FailedJobsQuery,
  internalOperations,
  type StatusChange,
  type TimelineQuery,
} from './internal-operations';
import type { DetailedJob, LogLine, RefreshMode, StreamId, SyncProgress } from './internal-types';
import type { WrittenSchedule } from './internal-types';
import { parseJobDetails, parseJobList, parseStartedJob, parseSyncProgress } from './job-parsers';
import { parseChangedStatus, parseLog, parseTimeline, type TimelinePage } from './timeline-parsers';

/** Share of the budget of a read, so that an internal API that hangs leaves time for the answer without it. */
const BUDGET_SHARE = 0.3;

/** A pause may have been changed several times since its begin. */
const STATUS_EVENTS = 100;

/** A change needs an endpoint that the installation does not have. Nothing was changed. */
export class CapabilityOffError extends Error {
  override readonly name = 'CapabilityOffError';

  constructor(
    readonly capability: Capability,
    readonly reason: string | null,
  ) {
    super(`Airbyte's internal API does not provide ${capability}`);
  }
}

interface Start {
  readonly capability: Capability;
  readonly operation: Operation;
  readonly connectionId: string;
}

/** One read of the internal API. */
export interface InternalRead<T> {
  readonly capability: Capability;
  readonly operation: Operation;
  readonly parse: (body: unknown) => T;
}

/**
 * Reads from Airbyte's internal API (`POST /api/v1/…`), which Airbyte calls deprecated and unsupported. It sends through the
 * queue, the token and the transport of {@link AirbyteClient}. No read rejects because of this API: the result is null if the
 * capability is off or the read fails.
 */
export class InternalClient {
  private readonly memory: CapabilityMemory;
  /** Of lists without a connection. Airbyte permits them only to users with a role for the whole instance. */
  private readonly unscopedMemory: CapabilityMemory;

  constructor(
    private readonly client: AirbyteClient,
    private readonly settings: { readonly timeoutMs: number; readonly usesInternalApi: boolean },
    onChange?: CapabilityListener,
  ) {
    const disabledReason = settings.usesInternalApi ? null : 'AIRBYTE_INTERNAL_API is off.';
    this.memory = new CapabilityMemory(client.caller.clock, disabledReason, onChange);
    this.unscopedMemory = new CapabilityMemory(client.caller.clock, disabledReason);
  }

  /** Includes those of the public API. */
  capabilities(): readonly CapabilityReport[] {
    return this.memory.report();
  }

  capability(capability: Capability): CapabilityReport {
    return this.memory.reportOf(capability);
  }

  /**
   * Failed jobs of a connection with their attempts, newest first. One call, whatever their number. Without a connection the
   * result is null also if Airbyte does not list the jobs of all connections for the gateway.
   */
  failedJobs(query: FailedJobsQuery, context: CallContext): Promise<readonly DetailedJob[] | null> {
    const operation = internalOperations.listFailedJobs(query);
    const memory = query.connectionId === null ? this.unscopedMemory : this.memory;
    return this.read({ capability: 'failureReasons', operation, parse: parseJobList }, context, memory);
  }

  jobDetails(jobId: string, context: CallContext): Promise<DetailedJob | null> {
    if (!isExact(jobId)) return Promise.resolve(null);
    const operation = internalOperations.getJobDetails(jobId);
    return this.read({ capability: 'attempts', operation, parse: parseJobDetails }, context);
  }

  /** @param tail number of the last lines that are returned */
  attemptLog(
    { jobId, attempt, tail }: { readonly jobId: string; readonly attempt: number; readonly tail: number },
    context: CallContext,
  ): Promise<readonly LogLine[] | null> {
    if (!isExact(jobId)) return Promise.resolve(null);
    const operation = internalOperations.getAttemptLog(jobId, attempt);
    return this.read({ capability: 'logs', operation, parse: (body) => parseLog(body, tail) }, context);
  }

  /** @returns null also if no sync is in progress */
  syncProgress(connectionId: string, context: CallContext): Promise<SyncProgress | null> {
    const operation = internalOperations.getSyncProgress(connectionId);
    return this.read({ capability: 'progress', operation, parse: parseSyncProgress }, context);
  }

  /** Newest first. */
  timeline(query: TimelineQuery, context: CallContext): Promise<TimelinePage | null> {
    const operation = internalOperations.listTimeline(query);
    return this.read({ capability: 'history', operation, parse: parseTimeline }, context);
  }

  /** The newest events about the status of a connection, newest first. */
  statusEvents(
    { connectionId, createdTo = null }: { readonly connectionId: string; readonly createdTo?: Date | null },
    context: CallContext,
  ): Promise<TimelinePage | null> {
    const types = ['CONNECTION_ENABLED', 'CONNECTION_DISABLED'];
    return this.timeline({ connectionId, limit: STATUS_EVENTS, offset: 0, createdTo, types }, context);
  }

  /**
   * Refreshes streams, all if none are given. Cancels a sync in progress.
   * @throws CapabilityOffError, AirbyteError; `unprocessable` if the destination cannot refresh
   */
  async refresh(
    connectionId: string,
    { mode, streams }: { readonly mode: RefreshMode; readonly streams: readonly StreamId[] },
    context: CallContext,
    options?: StartOptions,
  ): Promise<AirbyteJob> {
    const operation = internalOperations.refreshConnection(connectionId, mode, streams);
    const job = await this.start({ capability: 'refresh', operation, connectionId }, context, options);
    if (job) return job;
    const details = {
      operation: operation.name,
      sent: true,
      upstreamMessage: 'The destination of this ingestion does not support refreshes.',
    };
    throw new AirbyteError('unprocessable', 'Airbyte started no refresh', details);
  }

  /** Empties the tables of these streams. @throws CapabilityOffError, AirbyteError */
  async clear(
    connectionId: string,
    streams: readonly StreamId[],
    context: CallContext,
    options?: StartOptions,
  ): Promise<AirbyteJob> {
    const operation = internalOperations.clearStreams(connectionId, streams);
    const job = await this.start({ capability: 'clearStreams', operation, connectionId }, context, options);
    if (job) return job;
    throw new AirbyteError('misbehaving', 'Airbyte answered a clear without its job', {
      operation: operation.name,
      sent: true,
      outcomeUnknown: true,
    });
  }

  /**
   * Changes the status of a connection and records a reason in its timeline.
   * @throws CapabilityOffError, AirbyteError
   */
  async changeStatus(change: StatusChange, context: CallContext): Promise<void> {
    const { connectionId } = change;
    await this.changing('pauseReasons', { connectionId, context }, () => {
      const operation = internalOperations.changeStatus(change);
      return this.client.caller.call(() => operation, parseAtOnce(parseChangedStatus(change)), context);
    });
  }

  /** Whether schedules of this kind can be written. A read finds out, unless it is known. */
  async detectSchedules(capability: ScheduleCapability, context: CallContext): Promise<CapabilityReport> {
    if (this.capability(capability).state === 'unknown') {
      const operation = internalOperations.describeCron();
      const parse = (body: unknown): string => text(members(body, 'answer'), 'cronExpression');
      await this.read({ capability, operation, parse }, context);
    }
    return this.capability(capability);
  }

  /**
   * Writes the schedule of a connection, and its status if one is given. The caller must read the connection back: Airbyte may
   * have stored the schedule although this rejects.
   * @throws AirbyteError
   */
  async writeSchedule(
    connectionId: string,
    { schedule, status }: { readonly schedule: WrittenSchedule; readonly status?: string | undefined },
    context: CallContext,
  ): Promise<void> {
    const operation = internalOperations.updateConnection(connectionId, connectionChange(schedule, status));
    const parse = (body: unknown): string => text(members(body, 'answer'), 'connectionId');
    const bounded = { ...context, deadlineAt: this.deadlineOf(context) };
    await this.client.caller.call(() => operation, parseAtOnce(parse), bounded);
  }

  /** Call for a write that is read back. */
  recordWritten(capability: ScheduleCapability): void {
    this.memory.succeeded(capability);
  }

  /** Call for a write that was not stored, although its connection exists. */
  recordUnwritten(capability: ScheduleCapability, error: AirbyteError): void {
    if (isEndpointMissing(error)) this.memory.missing(capability, error);
    else if (!REFUSALS_OF_VALUES.includes(error.kind)) this.memory.failed(capability, error);
  }

  /** Call for each list of the streams of a source that exists, which the public API serves; null if it was read. */
  recordStreams(error: AirbyteError | null): void {
    if (error === null) this.memory.succeeded('streams');
    else this.memory.failed('streams', error);
  }

  /** Call for each use of the tags of a workspace that exists; null if it succeeded. */
  recordTags(error: AirbyteError | null): void {
    if (error === null) this.memory.succeeded('freshness');
    else if (isEndpointMissing(error)) this.memory.missing('freshness', error);
    else this.memory.failed('freshness', error);
  }

  /**
   * Makes a call whose result is needed, such as one that runs a connector.
   * @throws CapabilityOffError, AirbyteError
   */
  async run<T>({ capability, operation, parse }: InternalRead<T>, context: CallContext): Promise<T> {
    const { state, reason } = this.memory.reportOf(capability);
    if (state === 'off') throw new CapabilityOffError(capability, reason);
    return this.tracked(capability, () =>
      this.client.caller.call(() => operation, parseAtOnce(parse), context),
    );
  }

  /** @returns null if Airbyte started no job */
  private async start(
    { capability, operation, connectionId }: Start,
    context: CallContext,
    options?: StartOptions,
  ): Promise<AirbyteJob | null> {
    const parse = (body: unknown): AirbyteJob | null => parseStartedJob(body, connectionId);
    return this.changing(capability, { connectionId, context }, () =>
      this.client.caller.callStart(operation, parse, context, options),
    );
  }

  private async changing<T>(
    capability: Capability,
    { connectionId, context }: { readonly connectionId: string; readonly context: CallContext },
    call: () => Promise<T>,
  ): Promise<T> {
    await this.requireInternalApi(capability, connectionId, context);
    return this.tracked(capability, call);
  }

  private async tracked<T>(capability: Capability, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.memory.succeeded(capability);
      return result;
    } catch (error) {
      if (!(error instanceof AirbyteError) || !isEndpointMissing(error)) throw error;
      this.memory.failed(capability, error);
      const { state, reason } = this.memory.reportOf(capability);
      throw state === 'off' ? new CapabilityOffError(capability, reason) : error;
    }
  }

  /**
   * A server that is not Airbyte's internal API could leave the outcome of a change unknown. So a read finds out first
   * whether it is there, unless that is known.
   */
  private async requireInternalApi(
    capability: Capability,
    connectionId: string,
    context: CallContext,
  ): Promise<void> {
    const report = this.memory.reportOf(capability);
    if (report.state === 'on') return;
    if (report.state === 'off') throw new CapabilityOffError(capability, report.reason);
    if (this.memory.isInternalApiKnown) return;
    await this.syncProgress(connectionId, context);
    const { state, reason } = this.memory.reportOf('progress');
    if (state !== 'on') throw new CapabilityOffError(capability, reason);
  }

  /** @returns null if the capability is off or the read fails */
  read<T>(
    { capability, operation, parse }: InternalRead<T>,
    context: CallContext,
    memory = this.memory,
  ): Promise<T | null> {
    return memory.use(capability, async () => {
      try {
        const bounded = { ...context, deadlineAt: this.deadlineOf(context) };
        const result = await this.client.caller.call(() => operation, parseAtOnce(parse), bounded);
        memory.succeeded(capability);
        return result;
      } catch (error) {
        if (!(error instanceof AirbyteError)) throw error;
        // A caller that disconnected proves nothing about the endpoint.
        if (context.signal?.aborted !== true) memory.failed(capability, error);
        return null;
      }
    });
  }

  /** A part of the usual budget, or what is left of the request's. */
  private deadlineOf({ deadlineAt = Number.POSITIVE_INFINITY }: CallContext): number {
    return Math.min(
      deadlineAt,
      this.client.caller.clock.monotonicMs() + this.settings.timeoutMs * BUDGET_SHARE,
    );
  }
}

/** The internal API takes ids as JSON numbers, which lose digits beyond 2^53. */
function isExact(jobId: string): boolean {
  return Number.isSafeInteger(Number(jobId));
}

/** Refusals of a schedule, which say nothing about the endpoint. */
const REFUSALS_OF_VALUES: readonly AirbyteErrorKind[] = ['bad_request', 'unprocessable'];

/** Refusals of the endpoint itself. Others are about the connection, such as a conflict. */
function isEndpointMissing({ kind, outcomeUnknown }: AirbyteError): boolean {
  return !outcomeUnknown && ['not_found', 'forbidden', 'unauthorized', 'misbehaving'].includes(kind);
}
