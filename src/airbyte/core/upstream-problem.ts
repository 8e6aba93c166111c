import { type ProblemExtras, ProblemException } from '../../api/problem/problem.exception';
import { AirbyteError } from '../client/model/airbyte-errors';
import { unreachableCause } from '../client/transport/unreachable-cause';
import { sanitizeErrorId, sanitizeUpstreamMessage } from './upstream-message';

/** Airbyte answers 500 without a message for an unknown id that is not a UUID. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Runs upstream calls and converts {@link AirbyteError} to the caller's problem. */
export async function withProblems<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof AirbyteError ? airbyteProblem(error) : error;
  }
}

/** Like {@link withProblems}, for calls about one ingestion: an unknown id becomes `ingestion-not-found`. */
export async function withIngestionProblems<T>(connectionId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AirbyteError)) throw error;
    throw isNotFoundError(error, connectionId) ? ingestionNotFound(error) : airbyteProblem(error);
  }
}

/**
 * Whether Airbyte reports that this id does not exist or is not accessible. Only reads show it: writes fail
 * with the same statuses for other reasons, such as a full disk.
 */
export function isNotFoundError(error: AirbyteError, id: string): boolean {
  const { kind, upstreamMessage } = error;
  if (!isRead(error)) return false;
  if (kind === 'not_found' || kind === 'forbidden') return true;
  return kind === 'failed' && upstreamMessage === undefined && !UUID.test(id);
}

/** Maps every upstream failure to a problem. */
export function airbyteProblem(error: AirbyteError): ProblemException {
  const message = sanitizeUpstreamMessage(error) ?? 'Airbyte gave no reason.';
  const extras = extrasOf(error);
  if (error.outcomeUnknown) return outcomeUnknown(error, extras);
  switch (error.kind) {
    case 'not_found':
    case 'forbidden':
    case 'bad_request':
    case 'unprocessable':
      return new ProblemException('rejected-by-airbyte', message, extras);
    case 'conflict':
      return new ProblemException(
        changesNothing(error) ? 'rejected-by-airbyte' : 'conflict',
        message,
        extras,
      );
    case 'unauthorized':
      return new ProblemException(
        'airbyte-rejected-credentials',
        "Airbyte rejected the gateway's credentials. The operator of the gateway must correct them.",
        extras,
      );
    case 'failed':
      return new ProblemException('airbyte-failed', message, extras);
    case 'misbehaving':
      return new ProblemException(
        'airbyte-misbehaved',
        'The server at AIRBYTE_API_URL does not answer like Airbyte. Check that the URL is the base of the public API.',
        extras,
      );
    case 'unreachable':
      return new ProblemException(
        'airbyte-unreachable',
        `Airbyte cannot be reached at AIRBYTE_API_URL: ${unreachableCause(error.details.transportCode)}. Try again, or ask the operator of the gateway.`,
        extras,
      );
    case 'dropped':
      return new ProblemException(
        'airbyte-unreachable',
        'The connection to AIRBYTE_API_URL closed without a response. Try again.',
        extras,
      );
    case 'timeout':
      return new ProblemException(
        'airbyte-timeout',
        'Airbyte did not respond before the deadline of this request. Try again.',
        extras,
      );
    case 'rate_limited':
    case 'unavailable':
    case 'circuit_open':
      return new ProblemException(
        'airbyte-unavailable',
        'Airbyte is overloaded or down. Try again later.',
        extras,
      );
    case 'overloaded':
      return new ProblemException(
        'airbyte-unavailable',
        'Too many calls are waiting for Airbyte. Try again later.',
        extras,
      );
  }
}

/**
 * One problem for absent, deleted and inaccessible: Airbyte does not always distinguish them, and callers must
 * not be able to.
 */
export function ingestionNotFound(cause?: AirbyteError): ProblemException {
  return new ProblemException(
    'ingestion-not-found',
    "No ingestion has this id, or the gateway's Airbyte credentials cannot access it. GET /ingestion lists the ingestions.",
    { cause },
  );
}

/** Advice for finding the result of an operation. */
const OUTCOME_HINTS: Readonly<Record<string, string>> = {
  createConnection:
    'Before sending it again, look for a connection of this name, source and destination in Airbyte.',
  createSource: 'Before sending it again, look for a source of this name at GET /sources.',
  createDestination: 'Before sending it again, look for a destination of this name at GET /destinations.',
  patchSource: 'Before sending it again, look at the source.',
  patchDestination: 'Before sending it again, look at the destination.',
  deleteSource: 'Before sending it again, look at the source.',
  deleteDestination: 'Before sending it again, look at the destination.',
  createJob: 'Before sending it again, look at the runs of this ingestion.',
  cancelJob: 'Before sending it again, look at the run.',
};

/** Has no `Retry-After`, which would invite a second execution. */
function outcomeUnknown({ operation }: AirbyteError, { cause, upstream }: ProblemExtras): ProblemException {
  const where = OUTCOME_HINTS[operation] ?? 'Before sending it again, look at the ingestion.';
  const detail = `Airbyte did not answer in time and may still carry this out. ${where}`;
  return new ProblemException('outcome-unknown', detail, { cause, ...(upstream && { upstream }) });
}

function extrasOf(error: AirbyteError): ProblemExtras {
  const isAnswer = error.status !== undefined || error.upstreamMessage !== undefined;
  const retryAfterMs = error.retryAfterMs ?? (isTransient(error) ? 1000 : undefined);
  return {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(isAnswer && {
      upstream: {
        status: error.status ?? null,
        message: sanitizeUpstreamMessage(error),
        errorId: sanitizeErrorId(error),
      },
    }),
  };
}

function isRead({ operation }: AirbyteError): boolean {
  return /^(get|list)/.test(operation);
}

/** Reads, checks and samples cannot conflict, so their 409 is reported as a rejection. */
function changesNothing(error: AirbyteError): boolean {
  return isRead(error) || ['checkConnection', 'sampleStream'].includes(error.operation);
}

function isTransient({ kind }: AirbyteError): boolean {
  return (
    kind === 'rate_limited' || kind === 'unavailable' || kind === 'circuit_open' || kind === 'overloaded'
  );
}
