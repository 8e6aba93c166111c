import { parseAtOnce } from '../client/call/airbyte-caller';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { CallContext } from '../client/model/airbyte-types';
import type { Operation } from '../client/model/operation';
import type { Capability, CapabilityReport } from './capability';
import { type CapabilityListener, CapabilityMemory } from './capability-memory';
import { type FailedJobsQuery, internalOperations, type TimelineQuery } from './internal-operations';
import type { DetailedJob, LogLine, SyncProgress } from './internal-types';
import { parseJobDetails, parseJobList, parseSyncProgress } from './job-parsers';
import { parseLog, parseTimeline, type TimelinePage } from './timeline-parsers';

/** Share of the budget of a read, so that an internal API that hangs leaves time for the answer without it. */
const BUDGET_SHARE = 0.3;

/** One read of the internal API. */
interface Read<T> {
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

  constructor(
    private readonly client: AirbyteClient,
    private readonly settings: { readonly timeoutMs: number; readonly usesInternalApi: boolean },
    onChange?: CapabilityListener,
  ) {
    const disabledReason = settings.usesInternalApi ? null : 'AIRBYTE_INTERNAL_API is off.';
    this.memory = new CapabilityMemory(client.caller.clock, disabledReason, onChange);
  }

  capabilities(): readonly CapabilityReport[] {
    return this.memory.report();
  }

  capability(capability: Capability): CapabilityReport {
    return this.memory.reportOf(capability);
  }

  /** Failed jobs of a connection with their attempts, newest first. One call, whatever their number. */
  failedJobs(query: FailedJobsQuery, context: CallContext): Promise<readonly DetailedJob[] | null> {
    const operation = internalOperations.listFailedJobs(query);
    return this.read({ capability: 'failureReasons', operation, parse: parseJobList }, context);
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

  private read<T>({ capability, operation, parse }: Read<T>, context: CallContext): Promise<T | null> {
    return this.memory.use(capability, async () => {
      try {
        const bounded = { ...context, deadlineAt: this.deadlineOf(context) };
        const result = await this.client.caller.call(() => operation, parseAtOnce(parse), bounded);
        this.memory.succeeded(capability);
        return result;
      } catch (error) {
        if (!(error instanceof AirbyteError)) throw error;
        // A caller that disconnected proves nothing about the endpoint.
        if (context.signal?.aborted !== true) this.memory.failed(capability, error);
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
