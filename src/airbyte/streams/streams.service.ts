import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { SourceStream } from '../client/model/airbyte-types';
import { SourceChanges } from '../core/source-changes';
import { airbyteProblem, isNotFoundError, withProblems } from '../core/upstream-problem';
import { isVisibleTo } from '../core/visibility';
import { InternalClient } from '../internal/internal-client';
import {
  MAX_FIELDS,
  MAX_STREAMS,
  type SourceStreamDto,
  type SourceStreamsDto,
} from './dto/source-streams.dto';
import { destinationNotFound, sourceNotFound, sourceUnreachable, workspaceMismatch } from './source-problems';
import { StreamDiscovery } from './stream-discovery';

interface Actor {
  readonly workspaceId: string;
}

/** Lists the streams of sources. */
@Injectable()
export class StreamsService {
  private readonly discovery: StreamDiscovery;

  constructor(
    private readonly client: AirbyteClient,
    internal: InternalClient,
    changes: SourceChanges,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.discovery = new StreamDiscovery(client, clock, (error) => {
      internal.caller.recordStreams(error);
    });
    changes.onChange((sourceId) => {
      this.discovery.forget(sourceId);
    });
  }

  /** @throws ProblemException `source-unreachable` if the connector fails */
  async list(
    sourceId: string,
    destinationId: string | null,
    request: RequestContext,
  ): Promise<SourceStreamsDto> {
    await withProblems(() => this.requireActors(sourceId, destinationId, request));
    try {
      const found = await this.discovery.read(sourceId, destinationId, request);
      return {
        sourceId,
        destinationId,
        discoveredAt: found.discoveredAt.toISOString(),
        streams: found.streams.slice(0, MAX_STREAMS).map(toStream),
      };
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      throw error.kind === 'failed' ? sourceUnreachable(error) : airbyteProblem(error);
    }
  }

  /** Resources of other workspaces are reported as not found. @throws ProblemException, AirbyteError */
  async requireActors(
    sourceId: string,
    destinationId: string | null,
    request: RequestContext,
  ): Promise<void> {
    const context = this.client.withDeadline(request);
    const [source, destination] = await Promise.all([
      this.visible(sourceId, this.client.getSource(sourceId, context), request),
      destinationId === null
        ? null
        : this.visible(destinationId, this.client.getDestination(destinationId, context), request),
    ]);
    if (!source) throw sourceNotFound();
    if (destinationId === null) return;
    if (!destination) throw destinationNotFound();
    if (destination.workspaceId !== source.workspaceId) throw workspaceMismatch();
  }

  private async visible(id: string, read: Promise<Actor>, context: RequestContext): Promise<Actor | null> {
    try {
      const actor = await read;
      return isVisibleTo(actor, context) ? actor : null;
    } catch (error) {
      if (error instanceof AirbyteError && isNotFoundError(error, id)) return null;
      throw error;
    }
  }
}

function toStream(stream: SourceStream): SourceStreamDto {
  return {
    name: stream.name,
    namespace: stream.namespace,
    syncModes: stream.syncModes && [...stream.syncModes],
    cursorField: [...stream.defaultCursorField],
    isCursorFixed: stream.isCursorSourceDefined,
    primaryKey: stream.sourceDefinedPrimaryKey.map((path) => [...path]),
    fields: stream.fields.slice(0, MAX_FIELDS).map((path) => [...path]),
  };
}
