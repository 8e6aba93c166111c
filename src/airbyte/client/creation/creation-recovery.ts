import { randomUUID } from 'node:crypto';
import { type AirbyteCaller, parseAtOnce } from '../call/airbyte-caller';
import { AirbyteError } from '../model/airbyte-errors';
import type {
  AirbyteConnection,
  CallContext,
  CreateConnectionInput,
  AirbyteSchedule,
  SoughtConnection,
} from '../model/airbyte-types';
import { ClaimsUnavailable, type CreationClaims } from './creation-claims';
import type { Operation } from '../model/operation';
import { isWithin, type TimeWindow } from '../resilience/upstream-clock';
import { parseConnection } from '../model/response-parsers';

/** Share of a creation's budget that is reserved for the lookup. */
const LOOKUP_SHARE = 0.2;
const MIN_LOOKUP_MS = 300;
const MAX_LOOKUP_MS = 30_000;

/** Time reserved for the lookup, in ms; at most half of the budget. */
export function lookupBudgetMs(budgetMs: number): number {
  const wantedMs = Math.min(Math.max(budgetMs * LOOKUP_SHARE, MIN_LOOKUP_MS), MAX_LOOKUP_MS);
  return Math.min(wantedMs, budgetMs / 2);
}

type ListConnections = (context: CallContext) => Promise<readonly AirbyteConnection[]>;

/** A creation without a response. `startedAt` is in epoch ms of the local clock. */
interface LostCreation {
  readonly sought: readonly SoughtConnection[];
  readonly startedAt: number;
  readonly claimant: string;
}

/**
 * Creates connections exactly once. Airbyte has no idempotency keys, names are not unique, and a creation
 * continues after the client disconnects. So a creation without a response is looked up in the list of
 * connections and never sent again. Identical concurrent requests each receive their own connection, or none.
 */
export class CreationRecovery {
  constructor(
    private readonly caller: AirbyteCaller,
    private readonly listConnections: ListConnections,
    private readonly claims: CreationClaims,
  ) {}

  async create(
    operation: Operation,
    input: CreateConnectionInput,
    context: CallContext,
  ): Promise<AirbyteConnection> {
    const startedAt = this.caller.clock.now().getTime();
    const claimant = context.claimant ?? randomUUID();
    const deadlineAt = this.caller.deadlineOf(operation, context);
    const lookupMs = lookupBudgetMs(deadlineAt - this.caller.clock.monotonicMs());
    const attempt = { ...context, deadlineAt: deadlineAt - lookupMs };
    const made = await this.tryCreate(operation, claimant, attempt);
    if (!(made instanceof AirbyteError)) return made;
    const lookupDeadlineAt = Math.min(deadlineAt, this.caller.clock.monotonicMs() + lookupMs);
    const search = { sought: [input], startedAt, claimant };
    const found = await this.findLost(search, made, { ...context, deadlineAt: lookupDeadlineAt });
    if (found === undefined) throw asTimeout(made);
    return found;
  }

  /**
   * Finds the connection that an earlier attempt created, possibly in another process; the oldest if several
   * match. Returns `ambiguous` if the clocks cannot show whether a matching connection is older than the
   * attempt; then nothing may be created.
   * @throws {AirbyteError} if the lookup fails
   * @throws {ClaimsUnavailable} if it cannot be decided which connections belong to other requests
   */
  async findEarlier(
    sought: readonly SoughtConnection[],
    startedAt: number,
    context: CallContext,
  ): Promise<AirbyteConnection | 'ambiguous' | undefined> {
    const claimant = context.claimant ?? randomUUID();
    const { certain, ambiguous } = await this.findCandidates({ sought, claimant, startedAt }, context);
    for (const row of [...certain].sort((a, b) => createdMs(a) - createdMs(b))) {
      if (await this.claims.claimFound(row.connectionId, claimant)) return row;
    }
    return ambiguous.length > 0 ? 'ambiguous' : undefined;
  }

  /** @returns the connection, or the error that left the outcome unknown */
  private async tryCreate(
    operation: Operation,
    claimant: string,
    context: CallContext,
  ): Promise<AirbyteConnection | AirbyteError> {
    try {
      const made = await this.caller.call(() => operation, parseAtOnce(parseConnection), context);
      if (await this.claims.claimCreated(made.connectionId, claimant)) return made;
      // An identical concurrent request recovered this connection. Look for the one that request created.
      const details = { operation: operation.name, sent: true, outcomeUnknown: true };
      return new AirbyteError('timeout', 'the connection was assigned to an identical request', details);
    } catch (error) {
      if (error instanceof AirbyteError && error.outcomeUnknown) return error;
      throw error;
    }
  }

  /**
   * Polls until the deadline: Airbyte may finish late, and identical requests may claim their connections
   * first.
   */
  private async findLost(
    search: LostCreation,
    lost: AirbyteError,
    context: CallContext & { readonly deadlineAt: number },
  ): Promise<AirbyteConnection | undefined> {
    const { clock } = this.caller;
    const pauseMs = Math.max(100, (context.deadlineAt - clock.monotonicMs()) / 6);
    while (clock.monotonicMs() < context.deadlineAt && !context.signal?.aborted && !this.caller.stopped) {
      const found = await this.claimOnly(search, lost, context);
      if (found) return found;
      await clock.wait(
        Math.min(pauseMs, Math.max(0, context.deadlineAt - clock.monotonicMs())),
        context.signal,
      );
    }
    return undefined;
  }

  /** Claims the candidate if there is exactly one. A failed lookup is ignored; the error of the creation is reported. */
  private async claimOnly(
    search: LostCreation,
    lost: AirbyteError,
    context: CallContext,
  ): Promise<AirbyteConnection | undefined> {
    try {
      const [found, ...others] = (await this.findCandidates(search, context)).certain;
      if (found === undefined || others.length > 0) return undefined;
      return (await this.claims.claimFound(found.connectionId, search.claimant)) ? found : undefined;
    } catch (error) {
      if (error instanceof ClaimsUnavailable) return undefined;
      if (!(error instanceof AirbyteError)) throw error;
      // The server is not Airbyte: it neither created nor can find anything.
      if (isNotAirbyte(lost) && isNotAirbyte(error)) throw error;
      return undefined;
    }
  }

  /** Candidates: the claimant's own connections if it has any, otherwise unclaimed ones. */
  private async findCandidates(
    { sought, startedAt, claimant }: LostCreation,
    context: CallContext,
  ): Promise<Candidates> {
    const all = await this.listConnections(context);
    const rows = all.filter((row) => sought.some((form) => matches(row, form)));
    if (rows.length === 0) return NO_CANDIDATES;
    const owners = await this.claims.ownersOf(rows.map(({ connectionId }) => connectionId));
    const own = rows.filter(({ connectionId }) => owners.get(connectionId) === claimant);
    if (own.length > 0) return { certain: own, ambiguous: [] };
    const free = rows.filter(({ connectionId }) => !owners.has(connectionId));
    const { upstreamClock, clock } = this.caller;
    const windows = upstreamClock.windowsOf(startedAt, clock.now().getTime());
    const isCertain = ({ createdAt }: AirbyteConnection): boolean =>
      createdAt !== null && isWithin(createdAt.getTime(), windows);
    return {
      certain: free.filter(isCertain),
      // A connection that is older by both clocks was not created by this attempt.
      ambiguous: free.filter((row) => !isCertain(row) && !isBefore(row, windows)),
    };
  }
}

/** Without `createdAt` a connection may be of any age. */
function isBefore({ createdAt }: AirbyteConnection, windows: readonly TimeWindow[]): boolean {
  return createdAt !== null && windows.every(({ fromMs }) => createdAt.getTime() < fromMs);
}

interface Candidates {
  readonly certain: readonly AirbyteConnection[];
  readonly ambiguous: readonly AirbyteConnection[];
}

const NO_CANDIDATES: Candidates = { certain: [], ambiguous: [] };

function createdMs({ createdAt }: AirbyteConnection): number {
  return createdAt?.getTime() ?? 0;
}

function matches(row: AirbyteConnection, input: SoughtConnection): boolean {
  return (
    row.name === input.name &&
    row.sourceId === input.sourceId &&
    row.destinationId === input.destinationId &&
    row.status === input.status &&
    hasSchedule(row, input.schedule)
  );
}

/** An HTTP response that does not come from Airbyte's API. */
function isNotAirbyte({ kind, status }: AirbyteError): boolean {
  return kind === 'misbehaving' && status !== undefined;
}

/** A missing response is reported as a timeout; a response keeps its kind. */
function asTimeout(error: AirbyteError): AirbyteError {
  const isSilence = error.kind === 'timeout' || error.kind === 'dropped';
  return error.with({ cause: error }, isSilence ? 'timeout' : error.kind);
}

/** Airbyte appends the time zone to the cron expression. */
function hasSchedule(row: AirbyteConnection, schedule: AirbyteSchedule): boolean {
  if (row.schedule.scheduleType !== schedule.scheduleType) return false;
  if (schedule.scheduleType === 'manual') return true;
  if (schedule.scheduleType === 'basic')
    return row.schedule.basicTiming?.toLowerCase() === schedule.basicTiming?.toLowerCase();
  const { cronExpression } = row.schedule;
  return cronExpression === schedule.cronExpression || cronExpression === `${schedule.cronExpression} UTC`;
}
