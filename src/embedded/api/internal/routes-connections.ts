import { objectAt, stringAt, type JsonObject } from '../../platform/json';
import type { Connection } from '../../store/connections';
import { changeConnection, type ConnectionChangeOptions } from '../connection-change';
import { configNotFound, frameworkError } from '../errors';
import type { ApiRequest, Route } from '../router';
import { internalConnectionBody } from './connection-body';
import { connectionChange } from './connection-update';
import { findConnection, operation } from './input';

/** Characters of a reason. */
const MAX_REASON_CHARACTERS = 10_000;

/** Connections with time zones and intervals, which the public API cannot write, and changes with a reason. */
export function internalConnectionRoutes(options: ConnectionChangeOptions): Route[] {
  const { connections, tags } = options;
  const read = (connection: Connection): JsonObject =>
    internalConnectionBody(connection, connections.describedStreams(connection), tags.of(connection.id));
  return [
    operation('/connections/get', (request) => read(findConnection(connections, request))),
    operation('/connections/update', async (request) =>
      read(await update(options, request, request.body, null)),
    ),
    operation('/connections/update_with_reason', async (request) =>
      read(await updateWithReason(options, request)),
    ),
  ];
}

function updateWithReason(options: ConnectionChangeOptions, request: ApiRequest): Promise<Connection> {
  const { body, path } = request;
  const connectionUpdate = objectAt(body, 'connectionUpdate');
  if (connectionUpdate === undefined)
    throw frameworkError(400, 'Bad Request', path, 'Required property connectionUpdate is missing');
  const reason = stringAt(body, 'updateReason') ?? null;
  if (reason !== null && reason.length > MAX_REASON_CHARACTERS)
    throw frameworkError(
      400,
      'Bad Request',
      path,
      `updateReason must have at most ${MAX_REASON_CHARACTERS} characters`,
    );
  return update(options, request, connectionUpdate, reason);
}

async function update(
  options: ConnectionChangeOptions,
  request: ApiRequest,
  sent: JsonObject,
  reason: string | null,
): Promise<Connection> {
  const id = stringAt(sent, 'connectionId');
  if (id === undefined)
    throw frameworkError(400, 'Bad Request', request.path, 'Required property connectionId is missing');
  const connection = options.connections.find(id);
  if (connection === null || connection.status === 'deprecated') throw configNotFound('STANDARD_SYNC', id);
  const apply = connectionChange(request, sent);
  // An update that declares itself automatic has no user in the timeline, as in Airbyte.
  const byUser = request.body['autoUpdate'] !== true;
  const hasStatus = stringAt(sent, 'status') !== undefined;
  return changeConnection(options, id, { apply, streams: null, tagIds: null, reason, hasStatus, byUser });
}
