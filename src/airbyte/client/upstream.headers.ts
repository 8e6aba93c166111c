import type { CallContext } from './airbyte.types';
import type { Operation } from './operation';

/** W3C Trace Context, section 3.2. */
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const REQUEST_ID = /^[\x21-\x7e]{1,200}$/;

/** What is sent with an operation. Ids that could not stand in a header are left out. */
export function upstreamHeaders(
  operation: Operation,
  context: CallContext,
  authorization: string | undefined,
): Record<string, string> {
  const { requestId, traceparent } = context;
  return {
    accept: 'application/json',
    'user-agent': 'airbyte-ingestion-api',
    ...(operation.body !== undefined && { 'content-type': 'application/json' }),
    ...(authorization !== undefined && { authorization }),
    ...(requestId !== undefined && REQUEST_ID.test(requestId) && { 'x-request-id': requestId }),
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) && { traceparent }),
  };
}
