import type { JobOrder } from '../../engine/job-streams';
import { arrayAt, isObject, stringAt, type JsonObject } from '../../platform/json';
import { streamKey, type StreamName } from '../../protocol/stream-name';
import type { Connection } from '../../store/connections';
import { configNotFound, frameworkError, unprocessableInput } from '../errors';
import type { ApiRequest, Route } from '../router';
import { allStreams, canReplace, clearConnection, startInsteadOf, type JobStartOptions } from '../start-job';
import { findConnection, operation } from './input';
import { internalJobBody, jobWithAttempts } from './job-bodies';
import { jobRecords, type JobRecordSources } from './job-records';

/** Dependencies of refreshes and clears. */
export type RefreshRoutesOptions = JobRecordSources & JobStartOptions;

/** Jobs that read streams from their beginning, or remove their rows. */
export function refreshRoutes(options: RefreshRoutesOptions): Route[] {
  return [
    operation('/connections/refresh', (request) => refresh(options, request)),
    operation('/connections/clear', (request) => clear(options, request, 'clear', false)),
    operation('/connections/clear/stream', (request) => clear(options, request, 'clear', true)),
    operation('/connections/reset', (request) => clear(options, request, 'reset', false)),
    operation('/connections/reset/stream', (request) => clear(options, request, 'reset', true)),
  ];
}

/**
 * Without streams, all are refreshed. `job` is absent if the destination cannot replace rows. As in Airbyte, an inactive
 * connection can be refreshed.
 */
async function refresh(options: RefreshRoutesOptions, request: ApiRequest): Promise<JsonObject> {
  const { body, path } = request;
  const connection = findUndeleted(options, request);
  const mode = body['refreshMode'];
  if (mode !== 'Truncate' && mode !== 'Merge')
    throw frameworkError(400, 'Bad Request', path, 'refreshMode must be Truncate or Merge');
  const streams = streamsOf(request, connection);
  if (mode === 'Truncate' && !(await canReplace(options, connection))) return {};
  const order: JobOrder = { type: 'refresh', streams, replaces: mode === 'Truncate' };
  const job = await startInsteadOf(options, connection, order);
  const [record] = jobRecords(options, [job]);
  return record === undefined ? {} : { job: internalJobBody(record) };
}

async function clear(
  options: RefreshRoutesOptions,
  request: ApiRequest,
  type: 'clear' | 'reset',
  needsStreams: boolean,
): Promise<JsonObject> {
  const connection = findUndeleted(options, request);
  if (needsStreams && arrayAt(request.body, 'streams').length === 0)
    throw frameworkError(400, 'Bad Request', request.path, 'Required property streams is missing or empty');
  const streams = needsStreams ? streamsOf(request, connection) : allStreams(connection);
  const job = await clearConnection(options, connection, type, streams);
  const [record] = jobRecords(options, [job]);
  return record === undefined ? {} : jobWithAttempts(record);
}

function findUndeleted(options: RefreshRoutesOptions, request: ApiRequest): Connection {
  const connection = findConnection(options.connections, request);
  if (connection.status === 'deprecated') throw configNotFound('STANDARD_SYNC', connection.id);
  return connection;
}

/** The streams `[{streamName, streamNamespace}]` of a body; all streams of the connection without any. */
function streamsOf({ body, path }: ApiRequest, connection: Connection): StreamName[] {
  const known = new Map(allStreams(connection).map((stream) => [streamKey(stream), stream]));
  const sent = arrayAt(body, 'streams');
  if (sent.length === 0) return [...known.values()];
  const chosen = sent.map((entry) => {
    const name = isObject(entry) ? stringAt(entry, 'streamName') : undefined;
    if (!isObject(entry) || name === undefined)
      throw frameworkError(400, 'Bad Request', path, 'Each of streams needs a streamName');
    const stream = known.get(streamKey({ name, namespace: stringAt(entry, 'streamNamespace') ?? '' }));
    if (stream === undefined)
      throw unprocessableInput(
        `The connection has no stream ${JSON.stringify(name)}; it has: ${listed([...known.values()])}.`,
      );
    return stream;
  });
  return [...new Map(chosen.map((stream) => [streamKey(stream), stream])).values()];
}

const MAX_LISTED = 20;

function listed(streams: readonly StreamName[]): string {
  const names = streams.slice(0, MAX_LISTED).map(({ name }) => name);
  const more = streams.length > MAX_LISTED ? ` and ${streams.length - MAX_LISTED} more` : '';
  return names.join(', ') + more;
}
