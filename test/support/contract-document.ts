import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  isReference,
  nameOf,
  type Operation,
  operationsOf,
  type Response,
} from '../../src/api/openapi/described-operations';
import { inTermsOf30 } from './contract-terms';

const ROOT = join(__dirname, '..', '..');

/** The operation of the committed description for a request. */
export interface FoundOperation {
  readonly id: string;
  /** Path of the description, with parameters. */
  readonly template: string;
  readonly operation: Operation;
}

function committed(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

/** The committed description. */
export const document31 = committed('openapi.json') as {
  readonly paths: object;
  readonly components: object;
};
/** The description for generators without support of OpenAPI 3.1. */
export const document30 = committed('openapi-3.0.json') as OpenAPIObject;
/** The first in the terms of 3.0. Redocly holds it to the shape of OpenAPI, so it is not parsed again here. */
export const document = inTermsOf30(document31) as OpenAPIObject;

const ROUTES = Object.entries(document.paths).map(([path, item]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  template: path,
  weight: path.replace(/\{\w+\}/g, '').length,
  item,
}));
// `/ingestion/status/batch` goes before `/ingestion/{connectionId}/runs`-like patterns.
ROUTES.sort((a, b) => b.weight - a.weight);

/** @param path without the query */
export function findOperation(method: string, path: string): FoundOperation | undefined {
  // The path with the fewest parameters counts, also if it lacks the method (OpenAPI, Path Templating).
  const route = ROUTES.find(({ pattern }) => pattern.test(path));
  if (!route) return undefined;
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = Object.entries(route.item).find(([key]) => key === name)?.[1] as Operation | undefined;
  return operation && { id: operation.operationId ?? '', template: route.template, operation };
}

export function responseOf(operation: Operation, status: number): Response | undefined {
  const response = operation.responses[String(status)];
  return response && !isReference(response) ? response : undefined;
}

/** Schemas of the headers that an answer may have, by name in lower case. */
export function headersOf(response: Response): Map<string, { required: boolean; schema: object }> {
  const components = document.components?.headers ?? {};
  return new Map(
    Object.entries(response.headers ?? {}).map(([name, header]) => {
      const target = isReference(header) ? components[nameOf(header)] : header;
      if (!target || isReference(target)) throw new Error(`the header ${name} is not described`);
      return [name.toLowerCase(), { required: target.required ?? false, schema: target.schema ?? {} }];
    }),
  );
}

/** Problems that an answer may have, by `x-problem-codes`. */
export function codesOf(response: Response): readonly string[] {
  const codes: unknown = Object.entries(response).find(([key]) => key === 'x-problem-codes')?.[1];
  return Array.isArray(codes) ? codes.map(String) : [];
}

/** Every answer that is described: `<operationId> <status>`, and the problem's code where it is one. */
export function documentedAnswers(): string[] {
  return operationsOf(document).flatMap((operation) =>
    Object.keys(operation.responses).flatMap((status) => {
      const response = responseOf(operation, Number(status));
      const codes = response ? codesOf(response) : [];
      const answer = `${operation.operationId ?? ''} ${status}`;
      return codes.length > 0 ? codes.map((code) => `${answer} ${code}`) : [answer];
    }),
  );
}

/** Answers that only an unknown bug could cause. */
const UNKNOWN_FAULTS = ['getLiveness 500 internal-error'];

/**
 * Only a token of an issuer gets it: capabilities.e2e-spec.ts. A stream does not end: events-stream.e2e-spec.ts. There must have
 * been an event: webhooks.e2e-spec.ts.
 */
const SEEN_ELSEWHERE = ['getCapabilities 403 not-permitted', 'streamEvents 200', 'resendDelivery 200'];

/** Every described answer that a test can cause. */
export function answersToBeSeen(): string[] {
  return documentedAnswers().filter((answer) => ![...UNKNOWN_FAULTS, ...SEEN_ELSEWHERE].includes(answer));
}
