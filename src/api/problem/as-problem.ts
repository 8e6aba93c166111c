import { HttpException } from '@nestjs/common';
import type { ProblemCode } from './problem-catalogue';
import { ProblemException } from './problem.exception';

/** Maps an error of Fastify or Nest to a problem. Unexpected errors become an internal error without details. */
export function asProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error);
  const status = statusOf(error);
  return status === null ? internalError(error) : fromStatus(status, error);
}

/** Problems of the statuses that Fastify and Nest use for requests without a handler or a readable body. */
const BY_STATUS: ReadonlyMap<number, readonly [code: ProblemCode, detail: string]> = new Map([
  [404, ['route-not-found', 'No operation has this path. GET /docs lists them all.']],
  [405, ['route-not-found', 'No operation has this path. GET /docs lists them all.']],
  [408, ['malformed-request', 'The request was not sent completely in time.']],
  [413, ['body-too-large', 'A body may have at most 100 kB.']],
  [414, ['uri-too-long', 'An id has at most 128 characters; shorten the URL.']],
  [415, ['unsupported-media-type', 'Send JSON with Content-Type: application/json.']],
  [431, ['headers-too-large', 'All headers together may have at most 16 KiB.']],
]);
const MALFORMED_BODY = ['malformed-body', 'Send one JSON object, encoded in UTF-8.'] as const;
const MALFORMED_REQUEST = ['malformed-request', 'The URL or a header cannot be read.'] as const;

function fromStatus(status: number, cause: unknown): ProblemException {
  const known = BY_STATUS.get(status);
  if (!known && (status < 400 || status >= 500)) return internalError(cause);
  const [code, detail] = known ?? (isBodyError(cause) ? MALFORMED_BODY : MALFORMED_REQUEST);
  return new ProblemException(code, detail, { cause });
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
