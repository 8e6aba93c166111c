import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../problem/problem-catalogue';
import { ProblemDto } from '../problem/problem.dto';
import { problemExample } from './examples';

/** Problems of every operation. */
const EVERYWHERE: readonly ProblemCode[] = [
  'malformed-request',
  'host-not-allowed',
  'headers-too-large',
  'internal-error',
];
/** Additional problems of operations that require authentication. */
const FOR_CALLERS: readonly ProblemCode[] = [
  'unauthenticated',
  'not-permitted',
  'rate-limited',
  'sign-in-unavailable',
];
/** Additional problems of operations that accept an `Idempotency-Key`. */
export const IDEMPOTENCY_PROBLEMS: readonly ProblemCode[] = [
  'request-in-progress',
  'outcome-in-doubt',
  'idempotency-key-reused',
  'idempotency-unavailable',
];
/** Additional problems of methods that allow a body, even if the operation ignores it. */
const UNREADABLE_BODY: readonly ProblemCode[] = [
  'malformed-body',
  'body-too-large',
  'unsupported-media-type',
];
/** Additional problems of operations that call Airbyte. */
export const UPSTREAM_PROBLEMS: readonly ProblemCode[] = [
  'rejected-by-airbyte',
  'airbyte-rejected-credentials',
  'airbyte-failed',
  'airbyte-misbehaved',
  'airbyte-unreachable',
  'airbyte-unavailable',
  'airbyte-timeout',
];

export interface ProblemOptions {
  /** True if the operation requires no credentials. */
  readonly isOpen?: boolean;
  /** Use of the request body; absent if the method has none. */
  readonly body?: 'read' | 'ignored';
  readonly codes?: readonly ProblemCode[];
}

/** Documents the problems of an operation, one response per status. */
export function ApiProblems(options: ProblemOptions = {}): MethodDecorator {
  const codes = new Set([
    ...EVERYWHERE,
    ...(options.isOpen ? [] : FOR_CALLERS),
    ...(options.body === 'read' ? (['validation-failed'] as const) : []),
    ...(options.body ? UNREADABLE_BODY : []),
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

/** Documents the response of one status. The extension `x-problem-codes` lists its problem codes. */
export function problemResponse(status: number, codes: readonly ProblemCode[]): MethodDecorator {
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
