import { parseAtOnce } from '../client/call/airbyte-caller';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob, CallContext, StartOptions } from '../client/model/airbyte-types';
import type { Operation } from '../client/model/operation';
import { members, text } from '../client/model/parse';
import type { Capability, CapabilityReport, ScheduleCapability } from './capability';
import type { CapabilityListener } from './capability-memory';
import { InternalCaller } from './internal-caller';
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

/** A pause may have been changed several times since its begin. */
const STATUS_EVENTS = 100;

interface Start {
  readonly capability: Capability;
  readonly operation: Operation;
  readonly connectionId: string;
}

/**
 * Operations of Airbyte's internal API. No read rejects because of this API: the result is null if the capability is off or
 * the read fails.
 */
export class InternalClient {
  readonly caller: InternalCaller;

  constructor(
    private readonly client: AirbyteClient,
    settings: { readonly timeoutMs: number; readonly usesInternalApi: boolean },
    onChange?: CapabilityListener,
  ) {
    this.caller = new InternalCaller(client, settings, onChange);
  }

  /**
   * Failed jobs of a connection with their attempts, newest first. One call, whatever their number. Without a connection the
   * result is null also if Airbyte does not list the jobs of all connections for the gateway.
   */
  failedJobs(query: FailedJobsQuery, context: CallContext): Promise<readonly DetailedJob[] | null> {
    const operation = internalOperations.listFailedJobs(query);
    const read = { capability: 'failureReasons', operation, parse: parseJobList } as const;
    return query.connectionId === null
      ? this.caller.readUnscoped(read, context)
      : this.caller.read(read, context);
  }

  jobDetails(jobId: string, context: CallContext): Promise<DetailedJob | null> {
    if (!isExact(jobId)) return Promise.resolve(null);
    const operation = internalOperations.getJobDetails(jobId);
    return this.caller.read({ capability: 'attempts', operation, parse: parseJobDetails }, context);
  }

  /** @param tail number of the last lines that are returned */
  attemptLog(
    { jobId, attempt, tail }: { readonly jobId: string; readonly attempt: number; readonly tail: number },
    context: CallContext,
  ): Promise<readonly LogLine[] | null> {
    if (!isExact(jobId)) return Promise.resolve(null);
    const operation = internalOperations.getAttemptLog(jobId, attempt);
    return this.caller.read(
      { capability: 'logs', operation, parse: (body) => parseLog(body, tail) },
      context,
    );
  }

  /** @returns null also if no sync is in progress */
  syncProgress(connectionId: string, context: CallContext): Promise<SyncProgress | null> {
    const operation = internalOperations.getSyncProgress(connectionId);
    return this.caller.read({ capability: 'progress', operation, parse: parseSyncProgress }, context);
  }

  /** Newest first. */
  timeline(query: TimelineQuery, context: CallContext): Promise<TimelinePage | null> {
    const operation = internalOperations.listTimeline(query);
    return this.caller.read({ capability: 'history', operation, parse: parseTimeline }, context);
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
    await this.caller.change('pauseReasons', { connectionId, context }, () => {
      const operation = internalOperations.changeStatus(change);
      return this.client.caller.call(() => operation, parseAtOnce(parseChangedStatus(change)), context);
    });
  }

  /** Whether schedules of this kind can be written. A read finds out, unless it is known. */
  async detectSchedules(capability: ScheduleCapability, context: CallContext): Promise<CapabilityReport> {
    if (this.caller.capability(capability).state === 'unknown') {
      const operation = internalOperations.describeCron();
      const parse = (body: unknown): string => text(members(body, 'answer'), 'cronExpression');
      await this.caller.read({ capability, operation, parse }, context);
    }
    return this.caller.capability(capability);
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
    const bounded = { ...context, deadlineAt: this.caller.deadlineOf(context) };
    await this.client.caller.call(() => operation, parseAtOnce(parse), bounded);
  }

  /** @returns null if Airbyte started no job */
  private async start(
    { capability, operation, connectionId }: Start,
    context: CallContext,
    options?: StartOptions,
  ): Promise<AirbyteJob | null> {
    const parse = (body: unknown): AirbyteJob | null => parseStartedJob(body, connectionId);
    return this.caller.change(capability, { connectionId, context }, () =>
      this.client.caller.callStart(operation, parse, context, options),
    );
  }
}

/** The internal API takes ids as JSON numbers, which lose digits beyond 2^53. */
function isExact(jobId: string): boolean {
  return Number.isSafeInteger(Number(jobId));
}
