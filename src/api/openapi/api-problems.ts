import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../problem/problem-catalogue';
import { ProblemDto } from '../problem/problem.dto';
import { problemExample } from './examples';

/** What every operation can answer with, whatever it does. */
const EVERYWHERE: readonly ProblemCode[] = [
  'malformed-request',
  'host-not-allowed',
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
/** What an operation can answer with besides whose method lets callers send a body, needed or not. */
const UNREADABLE_BODY: readonly ProblemCode[] = [
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

export interface ProblemOptions {
  /** True: it asks for no credentials. */
  readonly isOpen?: boolean;
  /** What becomes of a body; absent: the method knows none. */
  readonly body?: 'read' | 'ignored';
  readonly codes?: readonly ProblemCode[];
}

/** Documents every problem of an operation, one response for each status. */
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

/** Documents the answers of one status. `x-problem-codes` says which problems a status can be: OpenAPI has no place for that. */
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
