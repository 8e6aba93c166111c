import type { RequestContext } from '../../http/request-context';
import type { Settings } from '../../config/settings-types';
import type { AirbyteClient } from '../client/airbyte.client';
import type { ListContext } from './connection-pages';

/**
 * What a caller's list is read with: its own workspace where it is limited to one, and one budget for all calls. Null
 * where the caller's workspace is not the one that this deployment is limited to: nothing is in sight then.
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
