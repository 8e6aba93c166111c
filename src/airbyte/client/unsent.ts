import { AirbyteError, type AirbyteErrorKind } from './airbyte.errors';
import type { GateRefusal } from './concurrency.gate';
import { describe, type Operation } from './operation';

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
