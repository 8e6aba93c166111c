import type { AirbyteError } from '../model/airbyte-errors';
import type { Safety } from '../model/operation';

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
