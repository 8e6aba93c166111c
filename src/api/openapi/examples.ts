import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from '../problem/problem-catalogue';
import recorded from './examples.json';
import {
  type Content,
  type Examples,
  isReference,
  type Operation,
  operationsOf,
  responsesOf,
} from './described-operations';

/** A recorded request and its response (examples.json). */
export interface RecordedExample {
  readonly summary: string;
  readonly request?: unknown;
  readonly status: number;
  readonly response?: unknown;
}

/** Recorded examples by operation and name, and one problem per code. */
export interface RecordedExamples {
  readonly operations: Readonly<Record<string, Readonly<Record<string, RecordedExample>>>>;
  readonly problems: Readonly<Record<string, unknown>>;
}

const EXAMPLES: RecordedExamples = recorded;

/** Reference to the example of a problem. */
export function problemExample(code: string): { readonly $ref: string } {
  return { $ref: `#/components/examples/${code}` };
}

/** Adds the recorded examples. A problem without a recording gets no example. */
export function addExamples(document: OpenAPIObject): void {
  const used = new Set(
    operationsOf(document).flatMap((operation) =>
      responsesOf(operation).flatMap(([, { content }]) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      ),
    ),
  );
  const problems = Object.entries(PROBLEMS).flatMap(([code, { title }]) =>
    code in EXAMPLES.problems && used.has(code)
      ? [[code, { summary: title, value: EXAMPLES.problems[code] }] as const]
      : [],
  );
  document.components = { ...document.components, examples: Object.fromEntries(problems) };
  for (const operation of operationsOf(document)) addTo(operation);
}

function addTo(operation: Operation): void {
  const examples = Object.entries(EXAMPLES.operations[operation.operationId ?? ''] ?? {});
  for (const [status, { content = {} }] of responsesOf(operation)) {
    const problems = content['application/problem+json'];
    if (problems?.examples) problems.examples = onlyRecorded(problems.examples);
    setExamples(
      content,
      examples.filter(([, example]) => example.status === status && example.response !== undefined),
      ({ response }) => response,
    );
  }
  const { requestBody } = operation;
  if (!requestBody || isReference(requestBody)) return;
  setExamples(
    requestBody.content,
    examples.filter(([, example]) => example.request !== undefined && example.status < 300),
    ({ request }) => request,
  );
}

function setExamples(
  content: Content,
  examples: readonly (readonly [string, RecordedExample])[],
  valueOf: (example: RecordedExample) => unknown,
): void {
  const json = content['application/json'];
  if (!json || examples.length === 0) return;
  json.examples = Object.fromEntries(
    examples.map(([name, example]) => [name, { summary: example.summary, value: valueOf(example) }]),
  );
}

function onlyRecorded(examples: Examples): Examples {
  return Object.fromEntries(Object.entries(examples).filter(([code]) => code in EXAMPLES.problems));
}
