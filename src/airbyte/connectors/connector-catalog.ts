import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { ActorKind, AirbyteDefinition } from '../client/connectors/connector-types';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { ListQuery } from '../client/model/airbyte-types';
import type { Members } from '../client/model/parse';
import { withSharedTurn } from '../core/shared-turn';
import { ConnectorEndpoints } from '../internal/connector-endpoints';

/** A connector whose version changes is noticed after this time. */
const DEFINITIONS_AGE_MS = 60_000;
const MAX_DEFINITION_LISTS = 50;
/** Known workspaces, and the only one. */
const MAX_WORKSPACES = 1000;
/** Specifications have up to 400 kB each. */
const MAX_SPECIFICATIONS = 50;

/** A connector, with the type by which requests can name it. */
export interface Definition extends AirbyteDefinition {
  readonly kind: ActorKind;
  /** The last part of the image without its kind: `postgres` of `airbyte/source-postgres`. */
  readonly type: string;
}

/** The connectors of a workspace and the JSON schemas of their configurations. */
@Injectable()
export class ConnectorCatalog {
  private readonly lists: CoalescedReads<readonly Definition[] | null>;
  private readonly specifications: CoalescedReads<Members>;
  private readonly workspaces: CoalescedReads<string>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly endpoints: ConnectorEndpoints,
    @Inject(CLOCK) clock: Clock,
  ) {
    const sharing = { maxAgeMs: DEFINITIONS_AGE_MS, nowMs: () => clock.monotonicMs() };
    this.lists = new CoalescedReads({ ...sharing, maxEntries: MAX_DEFINITION_LISTS });
    this.workspaces = new CoalescedReads({ ...sharing, maxEntries: MAX_WORKSPACES });
    this.specifications = new CoalescedReads({ ...sharing, maxEntries: MAX_SPECIFICATIONS });
  }

  /** The connectors of a workspace, in the order of their ids; null if this Airbyte does not list them. @throws AirbyteError */
  definitions(
    kind: ActorKind,
    workspaceId: string,
    context: RequestContext,
  ): Promise<readonly Definition[] | null> {
    return this.lists.get(`${kind} ${workspaceId}`, async () => {
      try {
        const shared = withSharedTurn(this.client.withDeadline({ requestId: context.requestId }));
        const found = await this.client.connectors.definitions(kind, workspaceId, shared);
        const known = found.map((definition) => ({ ...definition, kind, type: typeOf(kind, definition) }));
        return known.sort((a, b) => (a.id < b.id ? -1 : 1));
      } catch (error) {
        // Airbyte before 1.6 has no such list, and it is not permitted to every application.
        const isAbsent =
          error instanceof AirbyteError && (error.kind === 'not_found' || error.kind === 'forbidden');
        if (isAbsent) return null;
        throw error;
      }
    });
  }

  /** The only workspace; null if there are several or none. It is read again after a minute. @throws AirbyteError */
  onlyWorkspace(context: RequestContext): Promise<string | null> {
    return this.rememberedWorkspace('', { limit: 2 }, context);
  }

  /** Whether a workspace exists. @throws AirbyteError, also for ids that Airbyte refuses */
  async hasWorkspace(workspaceId: string, context: RequestContext): Promise<boolean> {
    const query = { workspaceIds: [workspaceId], limit: 1 };
    return (await this.rememberedWorkspace(workspaceId, query, context)) === workspaceId;
  }

  private async rememberedWorkspace(
    key: string,
    query: ListQuery,
    context: RequestContext,
  ): Promise<string | null> {
    const read = async (): Promise<string> => {
      const shared = withSharedTurn(this.client.withDeadline({ requestId: context.requestId }));
      const [only, ...others] = await this.client.connectors.workspaceIds(query, shared);
      if (only === undefined || others.length > 0) throw new NotOneWorkspace();
      return only;
    };
    try {
      return await this.workspaces.get(key, read);
    } catch (error) {
      if (error instanceof NotOneWorkspace) return null;
      throw error;
    }
  }

  /** JSON schema of the configurations of a connector; null if it cannot be had. */
  async specification(
    kind: ActorKind,
    definitionId: string,
    workspaceId: string,
    context: RequestContext,
  ): Promise<Members | null> {
    const read = async (): Promise<Members> => {
      const shared = withSharedTurn(this.client.withDeadline({ requestId: context.requestId }));
      const found = await this.endpoints.specification(kind, { definitionId, workspaceId }, shared);
      if (!found) throw new NoSpecification();
      return found;
    };
    try {
      return await this.specifications.get(`${kind} ${workspaceId} ${definitionId}`, read);
    } catch (error) {
      if (error instanceof NoSpecification) return null;
      throw error;
    }
  }
}

class NotOneWorkspace extends Error {
  override readonly name = 'NotOneWorkspace';
}

/** Failed reads are not kept. */
class NoSpecification extends Error {
  override readonly name = 'NoSpecification';
}

function typeOf(kind: ActorKind, { dockerRepository, name }: AirbyteDefinition): string {
  const image = dockerRepository.split('/').at(-1) ?? '';
  const prefix = `${kind}-`;
  if (image === '') return name.toLowerCase().replace(/\s+/g, '-');
  return image.startsWith(prefix) ? image.slice(prefix.length) : image;
}
