import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { validationFailed } from '../../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { withProblems } from '../core/upstream-problem';

/** Decides in which workspace a source or destination is created. */
@Injectable()
export class WorkspaceChoice {
  constructor(
    private readonly client: AirbyteClient,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The requested workspace. Without one: that of the caller, of the settings, or the only one.
   * @throws ProblemException `validation-failed` if the caller has another one, or if there are several
   */
  async of(requested: string | null | undefined, context: RequestContext): Promise<string> {
    const own = context.caller?.workspaceId ?? null;
    const wanted = requested ?? null;
    if (own !== null) {
      if (wanted !== null && wanted !== own)
        throw invalid('names no workspace that Airbyte knows', `Leave it out: yours is ${own}.`);
      return own;
    }
    const known = wanted ?? this.settings.airbyte.workspaceId;
    if (known !== null) return known;
    const bounded = this.client.withDeadline(context);
    const [only, ...others] = await withProblems(() => this.client.connectors.workspaceIds(2, bounded));
    if (only === undefined || others.length > 0)
      throw invalid(
        'is missing: the installation has several workspaces',
        'Give the id of a workspace. GET /sources shows the workspaces of the sources.',
      );
    return only;
  }
}

function invalid(reason: string, hint: string): Error {
  return validationFailed([{ field: 'workspaceId', reason, hint }]);
}
