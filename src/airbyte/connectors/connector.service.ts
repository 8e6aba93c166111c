import { Injectable } from '@nestjs/common';
import { matchesStrongly } from '../../http/conditional';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { ActorKind, AirbyteActor, PatchActorInput } from '../client/connectors/connector-types';
import { AirbyteError } from '../client/model/airbyte-errors';
import { findEarlierResult } from '../core/idempotent-retry';
import { SourceChanges } from '../core/source-changes';
import { isNotFoundError, withProblems } from '../core/upstream-problem';
import { versionMismatch } from '../core/version-mismatch';
import { isVisibleTo } from '../core/visibility';
import { actorTag, toShown } from './actor-mapper';
import { actorNotFound, ambiguousActor, connectorInUse, withoutSecrets } from './actor-problems';
import { type AcceptedActor, ConfigurationCheck } from './configuration-check';
import { SecretRedactor } from './configuration/secret-redactor';
import type { ConnectorInputDto, PatchConnectorDto } from './dto/connector-input.dto';

export type ShownActor = ReturnType<typeof toShown>;

/** Creates, reads, changes and deletes sources and destinations. */
@Injectable()
export class ConnectorService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly configurations: ConfigurationCheck,
    private readonly changes: SourceChanges,
  ) {}

  /** A retry with the same Idempotency-Key finds what an earlier attempt made. */
  async create(kind: ActorKind, request: ConnectorInputDto, context: RequestContext): Promise<ShownActor> {
    const accepted = await this.configurations.creation(kind, request, context);
    const bounded = this.client.withDeadline(context, 'create');
    const actor = await withProblems(
      async () =>
        (await this.findEarlier(kind, accepted, bounded)) ??
        withoutSecrets(new SecretRedactor(accepted.secrets), () =>
          this.client.connectors.create(kind, accepted.input, bounded),
        ),
    );
    return toShown(actor, accepted.specification);
  }

  async get(kind: ActorKind, id: string, context: RequestContext): Promise<ShownActor> {
    const actor = await this.require(kind, id, this.client.withDeadline(context));
    return toShown(actor, await this.configurations.specificationOf(kind, actor, context));
  }

  /**
   * Compares the version, then writes. Airbyte has no conditional requests, so another client may write in between.
   * @param ifMatch entity tags, one of which must match the current version
   */
  async patch(
    kind: ActorKind,
    id: string,
    { name, configuration }: PatchConnectorDto,
    ifMatch: string | undefined,
    context: RequestContext,
  ): Promise<ShownActor> {
    const bounded = this.client.withDeadline(context, configuration ? 'create' : 'read');
    const actor = await this.require(kind, id, this.client.withDeadline(bounded));
    const specification = await this.configurations.specificationOf(kind, actor, context);
    const before = toShown(actor, specification);
    if (ifMatch !== undefined && !matchesStrongly(ifMatch, actorTag(before))) throw versionMismatch(ifMatch);
    const accepted = configuration
      ? await this.configurations.change(kind, actor, configuration, context)
      : null;
    const patch: PatchActorInput = {
      ...(typeof name === 'string' && name !== actor.name && { name }),
      ...(accepted && Object.keys(accepted.change).length > 0 && { configuration: accepted.change }),
    };
    if (Object.keys(patch).length === 0) return before;
    const redactor = new SecretRedactor(accepted?.secrets ?? []);
    try {
      const changed = await withProblems(() =>
        withoutSecrets(redactor, () => this.client.connectors.patch(kind, id, patch, bounded)),
      );
      return toShown(changed, specification);
    } finally {
      if (kind === 'source') this.changes.record(id);
    }
  }

  /** Refuses while ingestions use it, because Airbyte would delete them too. */
  async delete(kind: ActorKind, id: string, context: RequestContext): Promise<void> {
    const bounded = this.client.withDeadline(context);
    const { workspaceId } = await this.require(kind, id, bounded);
    try {
      await withProblems(async () => {
        const all = await this.client.listAllConnections({ workspaceIds: [workspaceId] }, bounded);
        const users = all.filter((row) => (kind === 'source' ? row.sourceId : row.destinationId) === id);
        if (users.length > 0) throw connectorInUse(kind, users);
        await this.client.connectors.delete(kind, id, bounded);
      });
    } finally {
      if (kind === 'source') this.changes.record(id);
    }
  }

  /** @throws ProblemException `source-not-found` or `destination-not-found`, also for one of another workspace */
  async require(kind: ActorKind, id: string, context: RequestContext): Promise<AirbyteActor> {
    try {
      const actor = await this.client.connectors.get(kind, id, context);
      if (isVisibleTo(actor, context)) return actor;
    } catch (error) {
      const isUnknown = error instanceof AirbyteError && isNotFoundError(error, id);
      if (!isUnknown) return withProblems(() => Promise.reject(error as Error));
    }
    throw actorNotFound(kind);
  }

  private async findEarlier(
    kind: ActorKind,
    { input }: AcceptedActor,
    context: RequestContext,
  ): Promise<AirbyteActor | undefined> {
    const { earlierAttempt } = context;
    if (!earlierAttempt) return undefined;
    const startedAt = earlierAttempt.startedAt.getTime();
    const found = await findEarlierResult(earlierAttempt, () =>
      this.client.connectors.findEarlier(kind, input, startedAt, this.client.withDeadline(context)),
    );
    if (found === 'ambiguous') throw ambiguousActor(kind);
    return found;
  }
}
