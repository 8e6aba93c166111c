import type { RequestContext } from '../../http/request-context';
import type { Settings } from '../../config/settings-types';
import type { AirbyteClient } from '../client/airbyte.client';
import type { ListContext } from './connection-pages';

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
  const query = only === null ? {} : { workspaceIds: [only] };
  return { client, query, context: client.withDeadline(context) };
}
