import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../problem/problem.catalogue';
import { ProblemDto } from '../problem/problem.dto';
import { problemExample } from './examples';

/** What every operation can answer with, whatever it does. */
const EVERYWHERE: readonly ProblemCode[] = [
  'malformed-request',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
];
/** What an operation that is not open to everybody can answer with besides. */
const FOR_CALLERS: readonly ProblemCode[] = [
  'unauthenticated',
  'not-permitted',
  'rate-limited',
  'sign-in-unavailable',
];
/** What an operation that takes an `Idempotency-Key` can answer with besides. */
export const IDEMPOTENCY_PROBLEMS: readonly ProblemCode[] = [
  'request-in-progress',
  'outcome-in-doubt',
  'idempotency-key-reused',
  'idempotency-unavailable',
];
/** What an operation with a body can answer with besides. */
const WITH_BODY: readonly ProblemCode[] = [
  'validation-failed',
  'malformed-body',
  'body-too-large',
  'unsupported-media-type',
];
/** What an operation that asks Airbyte can answer with besides. */
export const UPSTREAM_PROBLEMS: readonly ProblemCode[] = [
  'rejected-by-airbyte',
  'airbyte-rejected-credentials',
  'airbyte-failed',
  'airbyte-misbehaved',
  'airbyte-unreachable',
  'airbyte-unavailable',
  'airbyte-timeout',
];

/** Documents every problem of an operation, one response for each status. */
export function ApiProblems(
  options: { isOpen?: boolean; body?: boolean; codes?: readonly ProblemCode[] } = {},
): MethodDecorator {
  const codes = new Set([
    ...EVERYWHERE,
    ...(options.isOpen ? [] : FOR_CALLERS),
    ...(options.body ? WITH_BODY : []),
    ...(options.codes ?? []),
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, sameStatus]) => problemResponse(status, sameStatus)),
  );
}

/** `x-problem-codes` says which problems a status can be: OpenAPI has no place for that. */
function problemResponse(status: number, codes: readonly ProblemCode[]): MethodDecorator {
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(codes.map((code) => [code, problemExample(code)])),
      },
    },
    ...{ 'x-problem-codes': codes },
  });
}
