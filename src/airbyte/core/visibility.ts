import type { RequestContext } from '../../http/request-context';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { AirbyteError } from '../client/model/airbyte-errors';
import { ingestionNotFound, isNotFoundError } from './upstream-problem';
import { isDeleted } from './ingestion-mapper';

/** Whether something of this workspace is there for the caller: some see and touch only their own. */
export function isVisibleTo(resource: { readonly workspaceId: string }, { caller }: RequestContext): boolean {
  const only = caller?.workspaceId ?? null;
  return only === null || resource.workspaceId === only;
}

/**
 * The one place that decides whether a connection exists for a caller.
 * @throws ProblemException `ingestion-not-found`, the same for what was deleted and for what is somebody else's
 */
export function assertVisible<T extends AirbyteConnection>(connection: T, context: RequestContext): T {
  if (isDeleted(connection) || !isVisibleTo(connection, context)) throw ingestionNotFound();
  return connection;
}

/**
 * The connection, or null where it does not exist for the caller: because there is none, because it was deleted, and
 * because it is in another workspace. To be decided inside of shared reads: then none of these differs from the others
 * in calls, caching or time.
 */
export async function visibleOrNull(
  connectionId: string,
  read: Promise<AirbyteConnection>,
  context: RequestContext,
): Promise<AirbyteConnection | null> {
  try {
    const connection = await read;
    return isDeleted(connection) || !isVisibleTo(connection, context) ? null : connection;
  } catch (error) {
    if (error instanceof AirbyteError && isNotFoundError(error, connectionId)) return null;
    throw error;
  }
}

/** Key of what callers may share: those of one workspace share nothing with others, not even that something was read. */
export function sharingKey({ caller }: RequestContext, ...parts: readonly (string | number)[]): string {
  return [caller?.workspaceId ?? '*', ...parts].join(' ');
}
