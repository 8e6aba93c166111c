import { codesOf, type FoundOperation, findOperation, headersOf, responseOf } from './contract-document';
import { faultsOf, faultsOfAnswer } from './contract-schema';
import { seen } from './contract-seen';

/** An answer of the gateway as received. */
export interface Answer {
  readonly method: string;
  /** With the query, if there was one. */
  readonly path: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Paths that the API description does not contain. */
const BESIDE = /^\/($|pages\.css$|(docs|problems|openapi(-3\.0)?\.(json|yaml)|hooks|ui)(\/|$))/;

/** Headers of HTTP and of helmet, which are not part of the contract. */
const BACKGROUND =
  /^(date|connection|keep-alive|content-(type|length|security-policy)|transfer-encoding|vary|cache-control|strict-transport-security|referrer-policy|origin-agent-cluster|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection)|cross-origin-(opener|resource|embedder)-policy|access-control-.*)$/;

/** @throws Error that names all differences between the answer and the API description */
export function checkAnswer(answer: Answer): void {
  const path = answer.path.split(/[?#]/, 1)[0] ?? '/';
  if (BESIDE.test(path)) return;
  const found = findOperation(answer.method, path);
  const faults = found ? operationFaults(found, answer) : strayFaults(answer);
  if (faults.length === 0) return;
  throw new Error(
    `${answer.method} ${path} → ${answer.status} is not as openapi.json says ` +
      `(if the API was changed: npm run openapi:generate):\n  ${faults.join('\n  ')}\n${answer.text.slice(0, 500)}`,
  );
}

/** A request for an unknown path must be answered with a problem. */
function strayFaults(answer: Answer): string[] {
  if (answer.status < 400) return ['there is no such operation'];
  return bodyFaults(answer, ['application/problem+json'], { $ref: '#/components/schemas/Problem' });
}

function operationFaults({ id, template, operation }: FoundOperation, answer: Answer): string[] {
  const response = responseOf(operation, answer.status);
  if (!response) return ['there is no such status'];
  const types = Object.keys(response.content ?? {});
  const schema = Object.values(response.content ?? {})[0]?.schema;
  const code = codeOf(answer);
  seen(`${id} ${answer.status}${code === null ? '' : ` ${code}`}`);
  const isKnownProblem = code === null || codesOf(response).includes(code);
  return [
    ...headerFaults(answer, response),
    ...(isKnownProblem ? [] : [`the problem ${code} is not described for it`]),
    ...bodyFaults(answer, types, schema),
    ...strictFaults(template, answer, types),
  ];
}

function headerFaults({ headers }: Answer, response: NonNullable<ReturnType<typeof responseOf>>): string[] {
  const described = headersOf(response);
  const missing = [...described].filter(([name, { required }]) => required && !headers.has(name));
  return [
    ...missing.map(([name]) => `the header ${name} is missing`),
    ...[...headers].flatMap(([name, value]) => {
      if (BACKGROUND.test(name)) return [];
      const header = described.get(name);
      if (!header) return [`the header ${name} is not described`];
      const isNumber = 'type' in header.schema && header.schema.type === 'integer';
      return faultsOf(header.schema, isNumber ? Number(value) : value).map((fault) => `${name}: ${fault}`);
    }),
  ];
}

function bodyFaults(answer: Answer, types: readonly string[], schema: object | undefined): string[] {
  if (answer.method === 'HEAD') return [];
  if (!schema) return answer.text === '' ? [] : ['it has a body'];
  const type = typeOf(answer);
  if (!types.includes(type)) return [`its content type is ${type}`];
  return faultsOf(schema, contentOf(answer));
}

/** Checks against the description in OpenAPI 3.1. */
function strictFaults(template: string, answer: Answer, types: readonly string[]): string[] {
  const { method, status, text } = answer;
  const type = typeOf(answer);
  if (method === 'HEAD' || !types.includes(type) || text === '') return [];
  const place = { template, method: method.toLowerCase(), status: String(status), type };
  return faultsOfAnswer(place, contentOf(answer));
}

function typeOf({ headers }: Answer): string {
  return headers.get('content-type')?.split(';', 1)[0] ?? 'none';
}

function contentOf(answer: Answer): unknown {
  return typeOf(answer).endsWith('json') ? JSON.parse(answer.text) : answer.text;
}

function codeOf({ headers, text }: Answer): string | null {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return null;
  const problem: unknown = JSON.parse(text);
  return typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : null;
}
