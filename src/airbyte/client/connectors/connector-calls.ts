import { randomUUID } from 'node:crypto';
import { inTurns } from '../../../lib/in-turns';
import { type AirbyteCaller, parseAtOnce } from '../call/airbyte-caller';
import type { CreationClaims } from '../creation/creation-claims';
import type { CallContext, ListQuery } from '../model/airbyte-types';
import type { Operation } from '../model/operation';
import { readAllPages } from '../model/paging';
import { type Page, rows } from '../model/parse';
import { isWithin } from '../resilience/upstream-clock';
import { connectorOperations } from './connector-operations';
import { parseActor, parseDefinition, parseWorkspaceId } from './connector-parsers';
import type {
  ActorKind,
  AirbyteActor,
  AirbyteDefinition,
  CreateActorInput,
  PatchActorInput,
} from './connector-types';

type OnUnreadableRow = (operation: string, reason: string) => void;

/** Operations on sources, destinations and their connectors. Every method rejects with `AirbyteError`. */
export class ConnectorCalls {
  constructor(
    private readonly caller: AirbyteCaller,
    private readonly claims: CreationClaims,
    private readonly onUnreadableRow: OnUnreadableRow | undefined,
  ) {}

  get(kind: ActorKind, id: string, context?: CallContext): Promise<AirbyteActor> {
    return this.call(kind, () => connectorOperations.getActor(kind, id), context);
  }

  /** Creates a source or destination. Rejects with `outcomeUnknown` if the response is lost. */
  async create(kind: ActorKind, input: CreateActorInput, context: CallContext = {}): Promise<AirbyteActor> {
    const made = await this.call(kind, () => connectorOperations.createActor(kind, input), context);
    await this.claims.claimCreated(made.id, context.claimant ?? randomUUID());
    return made;
  }

  patch(kind: ActorKind, id: string, patch: PatchActorInput, context?: CallContext): Promise<AirbyteActor> {
    return this.call(kind, () => connectorOperations.patchActor(kind, id, patch), context);
  }

  /** Airbyte also deletes the connections that use it. */
  delete(kind: ActorKind, id: string, context?: CallContext): Promise<void> {
    return this.caller.call(
      () => connectorOperations.deleteActor(kind, id),
      parseAtOnce(() => undefined),
      context,
    );
  }

  definitions(
    kind: ActorKind,
    workspaceId: string,
    context?: CallContext,
  ): Promise<readonly AirbyteDefinition[]> {
    return this.list(() => connectorOperations.listDefinitions(kind, workspaceId), parseDefinition, context);
  }

  /** The ids of workspaces. */
  workspaceIds(query: ListQuery, context?: CallContext): Promise<readonly string[]> {
    return this.list(() => connectorOperations.listWorkspaces(query), parseWorkspaceId, context);
  }

  /**
   * Finds what an earlier attempt of a creation made since `startedAt` (epoch ms). Returns `ambiguous` if one of the same
   * name and connector exists that it may have made. Configurations are not compared, because secrets are masked.
   * @throws ClaimsUnavailable if it cannot be decided which belong to other requests
   */
  async findEarlier(
    kind: ActorKind,
    { name, workspaceId, definitionId }: CreateActorInput,
    startedAt: number,
    context: CallContext,
  ): Promise<AirbyteActor | 'ambiguous' | undefined> {
    const claimant = context.claimant ?? randomUUID();
    const all = await this.listAll(kind, { workspaceIds: [workspaceId] }, context);
    const alike = all.filter(
      (actor) => actor.name === name && (definitionId === undefined || actor.definitionId === definitionId),
    );
    const owners = await this.claims.ownersOf(alike.map(({ id }) => id));
    const own = alike.find(({ id }) => owners.get(id) === claimant);
    if (own) return own;
    const { upstreamClock, clock } = this.caller;
    const windows = upstreamClock.windowsOf(startedAt, clock.now().getTime());
    const possible = alike.filter(
      ({ id, createdAt }) =>
        !owners.has(id) &&
        (createdAt === null || windows.some(({ fromMs }) => createdAt.getTime() >= fromMs - 1000)),
    );
    const [only, ...others] = possible;
    if (!only) return undefined;
    const isCertain =
      others.length === 0 && only.createdAt !== null && isWithin(only.createdAt.getTime(), windows);
    return isCertain && (await this.claims.claimFound(only.id, claimant)) ? only : 'ambiguous';
  }

  private listAll(kind: ActorKind, query: ListQuery, context: CallContext): Promise<readonly AirbyteActor[]> {
    const read = (page: ListQuery): Promise<Page<AirbyteActor>> =>
      this.list(
        () => connectorOperations.listActors(kind, { ...query, ...page }),
        (row) => parseActor(kind, row),
        context,
      );
    return readAllPages(read, ({ id }) => id);
  }

  private call(kind: ActorKind, build: () => Operation, context?: CallContext): Promise<AirbyteActor> {
    return this.caller.call(
      build,
      parseAtOnce((body) => parseActor(kind, body)),
      context,
    );
  }

  private list<T>(
    build: () => Operation,
    parse: (row: unknown) => T,
    context?: CallContext,
  ): Promise<Page<T>> {
    const onUnreadable = (error: Error): void => this.onUnreadableRow?.(build().name, error.message);
    return this.caller.call(
      build,
      (body) => inTurns(rows(body, parse, onUnreadable), context?.callerKey),
      context,
    );
  }
}
