import { Injectable } from '@nestjs/common';
import { isTagList, matchesStrongly } from '../../http/conditional';
import type { RequestContext } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import { Changes } from '../core/changes';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { withIngestionProblems } from '../core/upstream-problem';
import { changesOf } from './connection-patch';
import type { IngestionDto } from '../core/dto/ingestion.dto';
import type { PatchIngestionDto } from './dto/patch-ingestion.dto';
import { resourceTag, toResource } from './resource-mapper';
import { SchedulePolicy } from '../core/schedule-policy';
import { assertVisible } from '../core/visibility';

/** Reads and patches ingestions. */
@Injectable()
export class ResourceService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly schedules: SchedulePolicy,
    private readonly changes: Changes,
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
    const bounded = this.client.withDeadline(context);
    const connection = await this.connection(connectionId, bounded);
    const before = toResource(connection);
    if (ifMatch !== undefined && !matchesStrongly(ifMatch, resourceTag(before)))
      throw versionMismatch(ifMatch);
    const changes = changesOf(connection, request, this.schedules);
    if (Object.keys(changes).length === 0) return before;
    try {
      const after = await withIngestionProblems(connectionId, () =>
        this.client.patchConnection(connectionId, changes, bounded),
      );
      return toResource(after);
    } finally {
      this.changes.record(connectionId);
    }
  }

  private async connection(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, context),
    );
    return assertVisible(connection, context);
  }
}

function versionMismatch(ifMatch: string): ProblemException {
  return new ProblemException(
    'precondition-failed',
    isTagList(ifMatch) ? otherVersion(ifMatch) : noTag(ifMatch),
  );
}

function otherVersion(ifMatch: string): string {
  const detail = 'It is not the version that If-Match names. Read it again, and decide anew.';
  // Proxies that compress answers make their tags weak.
  return ifMatch.includes('W/') ? `${detail} If-Match takes no weak tag: leave out W/.` : detail;
}

/** Values of this form are repeated in double quotes. */
const BARE_TAG = /^[\w-]{1,64}$/;

function noTag(ifMatch: string): string {
  const example = BARE_TAG.test(ifMatch) ? `"${ifMatch}"` : '"…"';
  return `If-Match is not an entity tag. Send the ETag with its double quotes: If-Match: ${example}`;
}
