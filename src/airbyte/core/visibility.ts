import type { RequestContext } from '../../http/request-context';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { AirbyteError } from '../client/model/airbyte-errors';
import { ingestionNotFound, isNotFoundError } from './upstream-problem';
import { isDeleted } from './ingestion-mapper';

/** Whether the caller may access resources of this workspace. */
export function isVisibleTo(
  resource: { readonly workspaceId: string },
  { caller }: Pick<RequestContext, 'caller'>,
): boolean {
  const only = caller?.workspaceId ?? null;
  return only === null || resource.workspaceId === only;
}

/**
 * Decides whether a connection exists for a caller.
 * @throws ProblemException `ingestion-not-found`, the same for deleted connections and for those of other
 * workspaces
 */
export function assertVisible<T extends AirbyteConnection>(connection: T, context: RequestContext): T {
  if (isDeleted(connection) || !isVisibleTo(connection, context)) throw ingestionNotFound();
  return connection;
}

/**
 * Returns the connection, or null if it does not exist for the caller: absent, deleted or in another workspace.
 * Call it inside shared reads, so that these cases do not differ in calls, caching or time.
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

/** Cache key that separates workspaces: a caller of one workspace cannot observe reads of another. */
export function sharingKey({ caller }: RequestContext, ...parts: readonly (string | number)[]): string {
  return [caller?.workspaceId ?? '*', ...parts].join(' ');
}
