import { AirbyteError } from '../client/model/airbyte-errors';

/** Kinds of failures that concern every call. */
const UNREACHABLE: readonly AirbyteError['kind'][] = [
  'unavailable',
  'unreachable',
  'dropped',
  'timeout',
  'circuit_open',
];

/** Kinds of failures that come from the number of calls, not from the one that failed. */
const BUSY: readonly AirbyteError['kind'][] = ['rate_limited', 'overloaded'];

/** Kinds of failures that say nothing about what was asked for. */
const OUTAGES: readonly AirbyteError['kind'][] = [...UNREACHABLE, ...BUSY, 'failed', 'misbehaving'];

export function isUnreachable({ kind }: AirbyteError): boolean {
  return UNREACHABLE.includes(kind);
}

/** Whether the call may succeed as soon as fewer calls are made: the queue of the gateway is full, or Airbyte limits its callers. */
export function isBusy({ kind }: AirbyteError): boolean {
  return BUSY.includes(kind);
}

/** Whether stored facts may be returned instead of this error (RFC 5861, section 4). */
export function isOutage(error: unknown): error is AirbyteError {
  return error instanceof AirbyteError && OUTAGES.includes(error.kind);
}
