import type { AirbyteError } from '../model/airbyte-errors';
import type { Safety } from '../model/operation';

/** May a change have happened, or yet happen, although no good answer came? */
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

/** A 503 in one of Airbyte's shapes did nothing; a proxy's may stand for an answer that it lost on the way back. */
function isAirbytesOwnRefusal(error: AirbyteError): boolean {
  return error.status === 503 && (error.upstreamMessage !== undefined || error.errorId !== undefined);
}
