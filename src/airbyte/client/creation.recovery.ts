import type { AirbyteCaller } from './airbyte.caller';
import { AirbyteError } from './airbyte.errors';
import type { AirbyteConnection, CallContext, CreateConnectionInput, ScheduleInput } from './airbyte.types';
import type { Operation } from './operation';
import { parseConnection } from './wire.parse';

/** The share of a creation's budget kept for finding out what became of it. */
const LOOKUP_SHARE = 0.2;
const SHORTEST_LOOKUP_MS = 300;
const LONGEST_LOOKUP_MS = 30_000;
const REMEMBERED_IDS = 1_000;
/** How far the clocks of two replicas may be apart. */
const CLOCK_TOLERANCE_MS = 2_000;

/** Milliseconds of a creation's budget that are kept for looking it up; never more than half. */
export function lookupBudgetMs(budgetMs: number): number {
  const wantedMs = Math.min(Math.max(budgetMs * LOOKUP_SHARE, SHORTEST_LOOKUP_MS), LONGEST_LOOKUP_MS);
  return Math.min(wantedMs, budgetMs / 2);
}

type ListConnections = (context: CallContext) => Promise<readonly AirbyteConnection[]>;

/**
 * Creates connections without ever making one twice. Airbyte knows no idempotency keys, names are not unique, and a
 * creation goes on after its client has left: so a lost answer is looked for among the connections, not asked for again.
 */
export class CreationRecovery {
  /** Connections whose own creation was answered: they are nobody else's. */
  private readonly answered = new Set<string>();

  constructor(
    private readonly caller: AirbyteCaller,
    private readonly listConnections: ListConnections,
  ) {}

  async create(
    operation: Operation,
    input: CreateConnectionInput,
    context: CallContext,
  ): Promise<AirbyteConnection> {
    const startedAt = this.caller.clock.now();
    const deadlineAt = this.caller.deadlineOf(operation, context);
    const lookupMs = lookupBudgetMs(deadlineAt - startedAt);
    try {
      const attempt = { ...context, deadlineAt: deadlineAt - lookupMs };
      return this.claim(await this.caller.call(() => operation, parseConnection, attempt));
    } catch (error) {
      if (!(error instanceof AirbyteError) || !error.outcomeUnknown) throw error;
      const lookupDeadlineAt = Math.min(deadlineAt, this.caller.clock.now() + lookupMs);
      const found = await this.find(input, startedAt, { ...context, deadlineAt: lookupDeadlineAt });
      if (found === undefined) throw withoutAnswer(error);
      return this.claim(found);
    }
  }

  /**
   * What an attempt of an earlier request has made, which may have been another process's. Of several the oldest: each
   * is just what was asked for.
   * @throws {AirbyteError} when it cannot be looked for
   */
  async findEarlier(
    input: CreateConnectionInput,
    startedAt: number,
    context: CallContext,
  ): Promise<AirbyteConnection | undefined> {
    const rows = await this.matching(input, startedAt - CLOCK_TOLERANCE_MS, context);
    const [oldest] = [...rows].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    return oldest && this.claim(oldest);
  }

  /** Looks more than once: Airbyte may be about to finish. */
  private async find(
    input: CreateConnectionInput,
    startedAt: number,
    context: CallContext & { readonly deadlineAt: number },
  ): Promise<AirbyteConnection | undefined> {
    const { clock } = this.caller;
    const pauseMs = Math.max(100, (context.deadlineAt - clock.now()) / 6);
    while (clock.now() < context.deadlineAt && !context.signal?.aborted && !this.caller.stopped) {
      const candidates = await this.look(input, startedAt, context);
      if (candidates.length === 1) return candidates[0];
      if (candidates.length > 1) return undefined;
      await clock.wait(Math.min(pauseMs, Math.max(0, context.deadlineAt - clock.now())), context.signal);
    }
    return undefined;
  }

  private async look(
    input: CreateConnectionInput,
    startedAt: number,
    context: CallContext,
  ): Promise<readonly AirbyteConnection[]> {
    try {
      return await this.matching(input, startedAt, context);
    } catch (error) {
      // A failed look finds nothing; what counts is the creation's own error.
      if (error instanceof AirbyteError) return [];
      throw error;
    }
  }

  private async matching(
    input: CreateConnectionInput,
    startedAt: number,
    context: CallContext,
  ): Promise<readonly AirbyteConnection[]> {
    const rows = await this.listConnections(context);
    // `createdAt` is cut to whole seconds, so the beginning is too.
    const earliestMs = Math.floor((startedAt + this.caller.upstreamAheadMs) / 1000) * 1000;
    return rows.filter((row) => row.createdAt.getTime() >= earliestMs && this.matches(row, input));
  }

  private matches(row: AirbyteConnection, input: CreateConnectionInput): boolean {
    return (
      !this.answered.has(row.connectionId) &&
      row.name === input.name &&
      row.sourceId === input.sourceId &&
      row.destinationId === input.destinationId &&
      row.status === input.status &&
      hasSchedule(row, input.schedule)
    );
  }

  private claim(connection: AirbyteConnection): AirbyteConnection {
    this.answered.add(connection.connectionId);
    const [oldest] = this.answered;
    if (this.answered.size > REMEMBERED_IDS && oldest !== undefined) this.answered.delete(oldest);
    return connection;
  }
}

/** Silence is a timeout to the caller, wherever the answer was lost; what was answered keeps its kind. */
function withoutAnswer(error: AirbyteError): AirbyteError {
  const isSilence = error.kind === 'timeout' || error.kind === 'dropped';
  return error.with({ cause: error }, isSilence ? 'timeout' : error.kind);
}

/** Airbyte answers a cron expression with its zone glued on. */
function hasSchedule(row: AirbyteConnection, schedule: ScheduleInput): boolean {
  if (row.schedule.scheduleType !== schedule.scheduleType) return false;
  if (schedule.scheduleType === 'manual') return true;
  const { cronExpression } = row.schedule;
  return cronExpression === schedule.cronExpression || cronExpression === `${schedule.cronExpression} UTC`;
}
