import { isTraceparent } from '../../../lib/traceparent';
import type { CallContext } from '../model/airbyte-types';
import type { Operation } from '../model/operation';

const REQUEST_ID = /^[\x21-\x7e]{1,200}$/;

/** Headers of a request to Airbyte. Ids that are not valid header values are left out. */
export function upstreamHeaders(
  operation: Operation,
  context: CallContext,
  authorization: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'airbyte-ingestion-api',
  };
  const { requestId, traceparent } = context;
  if (operation.body !== undefined) headers['content-type'] = 'application/json';
  if (authorization !== undefined) headers['authorization'] = authorization;
  if (requestId !== undefined && REQUEST_ID.test(requestId)) headers['x-request-id'] = requestId;
  if (isTraceparent(traceparent)) headers['traceparent'] = traceparent;
  return headers;
}
