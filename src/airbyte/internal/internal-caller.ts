import { parseAtOnce } from '../client/call/airbyte-caller';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import type { CallContext } from '../client/model/airbyte-types';
import type { Operation } from '../client/model/operation';
import type { Capability, CapabilityReport, ScheduleCapability } from './capability';
import { type CapabilityListener, CapabilityMemory } from './capability-memory';
import { internalOperations } from './internal-operations';
import { parseSyncProgress } from './job-parsers';

/** Share of the budget of a read, so that an internal API that hangs leaves time for the answer without it. */
const BUDGET_SHARE = 0.3;

/** Refusals of a schedule, which say nothing about the endpoint. */
const REFUSALS_OF_VALUES: readonly AirbyteErrorKind[] = ['bad_request', 'unprocessable'];

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

/** One read of the internal API. */
export interface InternalRead<T> {
  readonly capability: Capability;
  readonly operation: Operation;
  readonly parse: (body: unknown) => T;
}

/**
 * Calls Airbyte's internal API (`POST /api/v1/…`), which Airbyte calls deprecated and unsupported, and learns from each call
 * which of its capabilities exist. It sends through the queue, the token and the transport of {@link AirbyteClient}.
 */
export class InternalCaller {
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

  /** @returns null if the capability is off or the read fails */
  read<T>(read: InternalRead<T>, context: CallContext): Promise<T | null> {
    return this.readAs(read, context, this.memory);
  }

  /** As {@link read}, for a list without a connection. */
  readUnscoped<T>(read: InternalRead<T>, context: CallContext): Promise<T | null> {
    return this.readAs(read, context, this.unscopedMemory);
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

  /**
   * Makes a change, if the internal API is there.
   * @throws CapabilityOffError, AirbyteError
   */
  async change<T>(
    capability: Capability,
    { connectionId, context }: { readonly connectionId: string; readonly context: CallContext },
    call: () => Promise<T>,
  ): Promise<T> {
    await this.requireInternalApi(capability, connectionId, context);
    return this.tracked(capability, call);
  }

  /** A part of the usual budget, or what is left of the request's. */
  deadlineOf({ deadlineAt = Number.POSITIVE_INFINITY }: CallContext): number {
    return Math.min(
      deadlineAt,
      this.client.caller.clock.monotonicMs() + this.settings.timeoutMs * BUDGET_SHARE,
    );
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

  private readAs<T>(
    { capability, operation, parse }: InternalRead<T>,
    context: CallContext,
    memory: CapabilityMemory,
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
    const operation = internalOperations.getSyncProgress(connectionId);
    await this.read({ capability: 'progress', operation, parse: parseSyncProgress }, context);
    const { state, reason } = this.memory.reportOf('progress');
    if (state !== 'on') throw new CapabilityOffError(capability, reason);
  }
}

/** Refusals of the endpoint itself. Others are about the connection, such as a conflict. */
function isEndpointMissing({ kind, outcomeUnknown }: AirbyteError): boolean {
  return !outcomeUnknown && ['not_found', 'forbidden', 'unauthorized', 'misbehaving'].includes(kind);
}
