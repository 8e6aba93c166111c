import type { Settings } from '../../config/settings-types';
import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import type { CallContext, ListQuery } from '../client/model/airbyte-types';
import { withSharedTurn } from './shared-turn';

/** Filter and deadline for reading one list. */
export interface ListContext {
  readonly query: Pick<ListQuery, 'workspaceIds'>;
  readonly context: CallContext;
}

/**
 * Context for reading a caller's list: the caller's workspace, and one deadline for all calls. Null if the
 * deployment is limited to another workspace, so that the caller sees nothing.
 */
export function listContextFor(
  client: AirbyteClient,
  { airbyte }: Settings,
  context: RequestContext,
): ListContext | null {
  const only = context.caller?.workspaceId ?? null;
  if (only !== null && airbyte.workspaceId !== null && only !== airbyte.workspaceId) return null;
  return {
    query: only === null ? {} : { workspaceIds: [only] },
    context: withSharedTurn(client.withDeadline(context)),
  };
}
