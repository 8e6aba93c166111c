import { Injectable } from '@nestjs/common';
import { validationFailed } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, AirbyteTag, CallContext } from '../client/model/airbyte-types';
import { DEFAULT_FRESHNESS, freshnessTagName, isFreshnessTag, ownFreshness } from '../core/freshness';
import { InternalClient } from '../internal/internal-client';

/** Color of the tags in Airbyte's web app. */
const COLOR = '75DCFF';

/** Stores freshness objectives as tags of connections. A tag is made once for each workspace and duration, and shared. */
@Injectable()
export class FreshnessWriter {
  constructor(
    private readonly client: AirbyteClient,
    private readonly internal: InternalClient,
  ) {}

  /**
   * Finds or makes the tag of an objective.
   * @throws ProblemException `validation-failed` if the installation has no tags; AirbyteError
   */
  async tagFor(freshness: string, workspaceId: string, context: CallContext): Promise<AirbyteTag> {
    const name = freshnessTagName(freshness);
    const find = async (): Promise<AirbyteTag | undefined> =>
      (await this.tags(workspaceId, context)).find((tag) => tag.name === name);
    const found = await find();
    if (found) return found;
    try {
      return await this.client.createTag({ name, color: COLOR, workspaceId }, context);
    } catch (error) {
      const isMade = error instanceof AirbyteError && error.kind === 'conflict';
      const made = isMade ? await find() : undefined;
      if (made) return made;
      throw error;
    }
  }

  /** @throws ProblemException `validation-failed` if the installation has no tags; AirbyteError */
  async assertSupported(workspaceId: string, context: CallContext): Promise<void> {
    await this.tags(workspaceId, context);
  }

  /**
   * The tags of a connection after a change of its objective, with those that people have given it; undefined if nothing
   * changes.
   */
  async changedTags(
    connection: AirbyteConnection,
    freshness: string | null | undefined,
    context: CallContext,
  ): Promise<readonly AirbyteTag[] | undefined> {
    if (freshness === null || freshness === undefined) return undefined;
    const wanted = freshness === DEFAULT_FRESHNESS ? null : freshness;
    if (wanted === ownFreshness(connection)) return undefined;
    const others = connection.tags.filter((tag) => !isFreshnessTag(tag));
    return wanted === null ? others : [...others, await this.tagFor(wanted, connection.workspaceId, context)];
  }

  private async tags(workspaceId: string, context: CallContext): Promise<readonly AirbyteTag[]> {
    this.refuseIfOff();
    try {
      const tags = await this.client.listTags(workspaceId, context);
      this.internal.caller.recordTags(null);
      return tags;
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      this.internal.caller.recordTags(error);
      this.refuseIfOff();
      throw error;
    }
  }

  private refuseIfOff(): void {
    const { state, reason } = this.internal.caller.capability('freshness');
    if (state !== 'off') return;
    throw validationFailed([
      {
        field: 'freshness',
        reason: 'cannot be stored by this installation',
        hint: `Leave it out, and use the setting FRESHNESS or ?freshness= of a status. It needs the capability freshness, which is off. ${reason ?? ''}`.trim(),
      },
    ]);
  }
}
