import { HttpException } from '@nestjs/common';
import { ProblemException } from './problem.exception';

/** Maps an error of Fastify or Nest to a problem. Unexpected errors become an internal error without details. */
export function asProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error);
  const status = statusOf(error);
  return status === null ? internalError(error) : fromStatus(status, error);
}

function fromStatus(status: number, cause: unknown): ProblemException {
  switch (status) {
    case 404:
    case 405:
      return new ProblemException(
        'route-not-found',
        'No operation has this path. GET /docs lists them all.',
        { cause },
      );
    case 408:
      return new ProblemException('malformed-request', 'The request was not sent completely in time.', {
        cause,
      });
    case 413:
      return new ProblemException('body-too-large', 'A body may have at most 100 kB.', { cause });
    case 414:
      return new ProblemException('uri-too-long', 'An id has at most 128 characters; shorten the URL.', {
        cause,
      });
    case 415:
      return new ProblemException(
        'unsupported-media-type',
        'Send JSON with Content-Type: application/json.',
        {
          cause,
        },
      );
    case 431:
      return new ProblemException('headers-too-large', 'All headers together may have at most 16 KiB.', {
        cause,
      });
    default:
      if (status < 400 || status >= 500) return internalError(cause);
      return isBodyError(cause)
        ? new ProblemException('malformed-body', 'Send one JSON object, encoded in UTF-8.', { cause })
        : new ProblemException('malformed-request', 'The URL or a header cannot be read.', { cause });
  }
}

function internalError(cause: unknown): ProblemException {
  return new ProblemException(
    'internal-error',
    'The gateway failed. Its log contains the details under this requestId.',
    { cause },
  );
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}

/** Nest converts only body errors to its own exception with status 400. */
function isBodyError(error: unknown): boolean {
  return error instanceof HttpException || error instanceof SyntaxError;
}
