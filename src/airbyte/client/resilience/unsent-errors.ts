import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import type { GateRefusal } from './concurrency-gate';
import { describe, type Operation } from '../model/operation';

/** An error of the gateway's own making: the request never left. */
export function unsent(
  kind: AirbyteErrorKind,
  operation: Operation,
  what: string,
  retryAfterMs?: number,
): AirbyteError {
  const details = { operation: operation.name, sent: false, retryAfterMs };
  return new AirbyteError(kind, `${describe(operation)}: ${what}`, details);
}

export function refusedTurn(operation: Operation, refusal: GateRefusal): AirbyteError {
  switch (refusal) {
    case 'full':
      return unsent('overloaded', operation, 'too many calls wait for Airbyte already', 1_000);
    case 'timeout':
      return unsent('timeout', operation, 'its turn did not come in time');
    case 'aborted':
      return unsent('timeout', operation, 'the caller gave up');
  }
}

/** A start or a cancellation that got no place. Sending it again can do no harm. */
export function refusedStart(operation: Operation, refusal: GateRefusal): AirbyteError {
  switch (refusal) {
    case 'full':
      return refusedTurn(operation, refusal);
    case 'timeout':
      return unsent('overloaded', operation, 'other starts hold every place', START_RETRY_MS);
    case 'aborted':
      return unsent('overloaded', operation, 'the gateway is stopping', 1_000);
  }
}

const START_RETRY_MS = 10_000;
