import { type ProblemExtras, ProblemException } from '../../api/problem/problem.exception';
import { AirbyteError } from '../client/model/airbyte-errors';
import { unreachableCause } from '../client/transport/unreachable-cause';
import { sanitizeErrorId, sanitizeUpstreamMessage } from './upstream-message';

/** Airbyte answers 500, without a word, for an id that is no UUID and that it does not know. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Runs calls upstream on behalf of a caller: what Airbyte refuses becomes the caller's problem in plain words. */
export async function withProblems<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof AirbyteError ? airbyteProblem(error) : error;
  }
}

/** The same for calls about one ingestion: when Airbyte does not know it, the caller learns just that. */
export async function withIngestionProblems<T>(connectionId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AirbyteError)) throw error;
    throw isNotFoundError(error, connectionId) ? ingestionNotFound(error) : airbyteProblem(error);
  }
}

/**
 * Whether Airbyte answers, in one of its ways, that nothing that the gateway may see has this id. Only a read shows it: a change
 * fails in the same ways when the disk is full, for one.
 */
export function isNotFoundError(error: AirbyteError, id: string): boolean {
  const { kind, upstreamMessage } = error;
  if (!isRead(error)) return false;
  if (kind === 'not_found' || kind === 'forbidden') return true;
  return kind === 'failed' && upstreamMessage === undefined && !UUID.test(id);
}

/** The one place that decides what a failure upstream means to a caller. */
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
      return new ProblemException(isRead(error) ? 'rejected-by-airbyte' : 'conflict', message, extras);
    case 'unauthorized':
      return new ProblemException(
        'airbyte-rejected-credentials',
        "Airbyte refused the credentials in the gateway's settings. Its operator has to correct them.",
        extras,
      );
    case 'failed':
      return new ProblemException('airbyte-failed', message, extras);
    case 'misbehaving':
      return new ProblemException(
        'airbyte-misbehaved',
        'What answers at AIRBYTE_API_URL does not answer as Airbyte does; check that it is the base of the public API.',
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
        'No answer came from AIRBYTE_API_URL. Try again.',
        extras,
      );
    case 'timeout':
      return new ProblemException(
        'airbyte-timeout',
        'Airbyte took longer than this request may. Try again.',
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

/** Absent, deleted, or out of sight: Airbyte does not always tell which, and callers must not learn it by trying. */
export function ingestionNotFound(cause?: AirbyteError): ProblemException {
  return new ProblemException(
    'ingestion-not-found',
    "No ingestion has this id, or the gateway's Airbyte credentials may not see it. GET /ingestion lists those that exist.",
    { cause },
  );
}

/** How to learn what came of an operation. */
const OUTCOME_HINTS: Readonly<Record<string, string>> = {
  createConnection:
    'Before sending it again, look for a connection of this name, source and destination in Airbyte.',
  createJob: 'Before sending it again, look at the runs of this ingestion.',
  cancelJob: 'Before sending it again, look at the run.',
};

/** Without `Retry-After`, which would invite to do it twice. */
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

/** What only asks is in nobody's way: its 409 is a refusal like any other, and documented as one. */
function isRead({ operation }: AirbyteError): boolean {
  return /^(get|list)/.test(operation);
}

function isTransient({ kind }: AirbyteError): boolean {
  return (
    kind === 'rate_limited' || kind === 'unavailable' || kind === 'circuit_open' || kind === 'overloaded'
  );
}
