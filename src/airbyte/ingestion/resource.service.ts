import { Injectable } from '@nestjs/common';
import { matchesStrongly } from '../../http/conditional';
import type { RequestContext } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import { Changes } from '../core/changes';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, PatchConnectionInput, StreamInput } from '../client/model/airbyte-types';
import { withIngestionProblems } from '../core/upstream-problem';
import { changesOf, type ConnectionPatch } from './connection-patch';
import type { IngestionDto } from '../core/dto/ingestion.dto';
import type { PatchIngestionDto } from './dto/patch-ingestion.dto';
import { resourceTag, toResource } from './resource-mapper';
import { PauseService } from '../pause/pause.service';
import { FreshnessWriter } from './freshness-writer';
import { ScheduleWriter } from './schedule-writer';
import { StreamCheck } from './stream-check';
import { TableCheck } from './table-check';
import { versionMismatch } from '../core/version-mismatch';
import { assertVisible } from '../core/visibility';

/** Reads and patches ingestions. */
@Injectable()
export class ResourceService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly schedules: ScheduleWriter,
    private readonly freshness: FreshnessWriter,
    private readonly pauses: PauseService,
    private readonly changes: Changes,
    private readonly streams: StreamCheck,
    private readonly tables: TableCheck,
  ) {}

  async get(connectionId: string, context: RequestContext): Promise<IngestionDto> {
    return toResource(await this.connection(connectionId, context));
  }

  /**
   * Compares the version, then writes. Airbyte has no conditional requests, so another client may write in
   * between.
   * @param ifMatch entity tags, one of which must match the current version
   */
  async patch(
    connectionId: string,
    request: PatchIngestionDto,
    ifMatch: string | undefined,
    context: RequestContext,
  ): Promise<IngestionDto> {
    // For new streams Airbyte reads the schema of the source, as for a creation.
    const bounded = this.client.withDeadline(context, request.streams ? 'create' : 'read');
    const connection = await this.connection(connectionId, this.client.withDeadline(bounded));
    const before = toResource(connection);
    if (ifMatch !== undefined && !matchesStrongly(ifMatch, resourceTag(before)))
      throw versionMismatch(ifMatch);
    const pause = await this.pauses.plan(connection, request, bounded);
    const changes = changesOf(connection, request, this.schedules);
    const { configurations } = changes.patch;
    if (configurations) await this.tables.assertStillFree(connection, configurations.streams, bounded);
    const tags = await withIngestionProblems(connectionId, () =>
      this.freshness.changedTags(connection, request.freshness, bounded),
    );
    const patch = { ...changes.patch, ...(tags && { tags }) };
    const changed = await this.write(connection, { ...changes, patch }, bounded);
    if (!pause) return toResource(changed);
    await this.pauses.write(connection, pause, bounded);
    return toResource({ ...changed, status: 'inactive' });
  }

  private async write(
    connection: AirbyteConnection,
    changes: ConnectionPatch,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const { connectionId } = connection;
    if (Object.keys(changes.patch).length === 0 && !changes.wanted) return connection;
    try {
      return await this.apply(connection, changes, context);
    } finally {
      this.changes.record(connectionId);
    }
  }

  private apply(
    connection: AirbyteConnection,
    { patch, wanted }: ConnectionPatch,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    if (!wanted) return this.send(connection, patch, context);
    // A pause is written with the schedule: a new interval may start a sync at once.
    const pause = patch.status === 'inactive' ? patch.status : undefined;
    const changeRest = async (written: AirbyteConnection): Promise<AirbyteConnection> => {
      const { status, ...others } = patch;
      const rest = status === undefined || status === written.status ? others : { status, ...others };
      return Object.keys(rest).length === 0 ? written : this.send(written, rest, context);
    };
    return withIngestionProblems(connection.connectionId, () =>
      this.schedules.change(connection, wanted, pause, changeRest, context),
    );
  }

  private async send(
    connection: AirbyteConnection,
    changes: PatchConnectionInput,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const { connectionId } = connection;
    return withIngestionProblems(connectionId, async () => {
      try {
        return await this.client.patchConnection(connectionId, changes, context);
      } catch (error) {
        const { configurations } = changes;
        if (!(error instanceof AirbyteError) || !configurations) throw error;
        throw (await this.explain(error, connection, configurations.streams, context)) ?? error;
      }
    });
  }

  /** @returns null if the fields cannot be named; the refusal is then reported alone */
  private async explain(
    refusal: AirbyteError,
    connection: AirbyteConnection,
    streams: readonly StreamInput[],
    context: RequestContext,
  ): Promise<ProblemException | null> {
    try {
      return await this.streams.explain(refusal, connection, streams, this.client.withDeadline(context));
    } catch (error) {
      if (error instanceof AirbyteError) return null;
      throw error;
    }
  }

  private async connection(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, context),
    );
    return assertVisible(connection, context);
  }
}
