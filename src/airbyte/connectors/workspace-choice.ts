import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { validationFailed } from '../../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import { withProblems } from '../core/upstream-problem';
import { ConnectorCatalog } from './connector-catalog';

/** Decides in which workspace a source or destination is created. */
@Injectable()
export class WorkspaceChoice {
  constructor(
    private readonly catalog: ConnectorCatalog,
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
    if (wanted !== null) {
      await withProblems(() => this.requireKnown(wanted, context));
      return wanted;
    }
    const { workspaceId } = this.settings.airbyte;
    if (workspaceId !== null) return workspaceId;
    const only = await withProblems(() => this.catalog.onlyWorkspace(context));
    if (only === null)
      throw invalid(
        'is missing: the installation has several workspaces',
        'Give the id of a workspace. GET /sources shows the workspaces of the sources.',
      );
    return only;
  }

  /** Other endpoints answer for an unknown workspace as if they were missing. */
  private async requireKnown(workspaceId: string, context: RequestContext): Promise<void> {
    try {
      if (await this.catalog.hasWorkspace(workspaceId, context)) return;
    } catch (error) {
      if (!(error instanceof AirbyteError) || !REFUSALS_OF_IDS.includes(error.kind)) throw error;
    }
    throw invalid(
      'names no workspace that Airbyte knows',
      'GET /sources shows the workspaces of the sources.',
    );
  }
}

/** Airbyte refuses ids that are unknown, not permitted, or no UUIDs. */
const REFUSALS_OF_IDS: readonly AirbyteErrorKind[] = [
  'not_found',
  'forbidden',
  'bad_request',
  'unprocessable',
];

function invalid(reason: string, hint: string): Error {
  return validationFailed([{ field: 'workspaceId', reason, hint }]);
}
