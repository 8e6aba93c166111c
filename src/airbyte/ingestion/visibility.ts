import type { RequestContext } from '../../common/http/request-context';
import type { AirbyteConnection } from '../client/airbyte.types';
import { ingestionNotFound } from './airbyte-problem';
import { isDeleted } from './ingestion.mapper';

/** Whether something of this workspace is there for the caller: some see and touch only their own. */
export function isInSight(thing: { readonly workspaceId: string }, { caller }: RequestContext): boolean {
  const only = caller?.workspaceId ?? null;
  return only === null || thing.workspaceId === only;
}

/**
 * The one place that decides whether a connection exists for a caller.
 * @throws ProblemException `ingestion-not-found`, the same for what was deleted and for what is somebody else's
 */
export function requireInSight<T extends AirbyteConnection>(connection: T, context: RequestContext): T {
  if (isDeleted(connection) || !isInSight(connection, context)) throw ingestionNotFound();
  return connection;
}
