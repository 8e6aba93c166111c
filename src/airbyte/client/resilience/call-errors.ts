import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import { methodAndPath, type Operation, type Safety } from '../model/operation';
import type { GateRefusal } from './concurrency-gate';

/** Whether a change may have happened, or may yet happen, although no success was received. */
export function isOutcomeUnknown(error: AirbyteError, safety: Safety): boolean {
  if (safety === 'read' || !error.sent) return false;
  switch (error.kind) {
    case 'timeout':
    case 'dropped':
      return true;
    case 'unavailable':
      return !isAirbytesOwnRefusal(error);
    case 'misbehaving':
      return error.status === undefined || error.status < 300;
    default:
      return false;
  }
}

/** A 503 in one of Airbyte's shapes had no effect. A proxy's 503 may hide a lost response. */
function isAirbytesOwnRefusal(error: AirbyteError): boolean {
  return error.status === 503 && (error.upstreamMessage !== undefined || error.errorId !== undefined);
}

/** The request was never sent. */
export function notSent(
  kind: AirbyteErrorKind,
  operation: Operation,
  reason: string,
  retryAfterMs?: number,
): AirbyteError {
  const details = { operation: operation.name, sent: false, retryAfterMs };
  return new AirbyteError(kind, `${methodAndPath(operation)}: ${reason}`, details);
}

export function gateError(operation: Operation, refusal: GateRefusal): AirbyteError {
  switch (refusal) {
    case 'full':
      return notSent('overloaded', operation, 'too many calls wait for Airbyte already', 1_000);
    case 'timeout':
      return notSent('timeout', operation, 'no slot was free in time');
    case 'aborted':
      return notSent('timeout', operation, 'the caller gave up');
  }
}

/** A start or a cancellation without a slot; it is safe to retry. */
export function startGateError(operation: Operation, refusal: GateRefusal): AirbyteError {
  switch (refusal) {
    case 'full':
      return gateError(operation, refusal);
    case 'timeout':
      return notSent('overloaded', operation, 'other starts hold every slot', START_RETRY_MS);
    case 'aborted':
      return notSent('overloaded', operation, 'the gateway is stopping', 1_000);
  }
}

const START_RETRY_MS = 10_000;
