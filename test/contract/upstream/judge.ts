import type { DescribedOperation, Description, Parameter } from './description';
import { isJson, type Json, objectAt } from './json';
import type { Fault } from './schema';

/** A request as it went over the wire, and the answer to it. */
export interface Exchange {
  readonly method: string;
  /** Below the API's base, without the query, ids encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestType: string;
  readonly requestBody: string;
  readonly status: number;
  readonly answerType: string;
  readonly answerBody: string;
}

/** Result of the check of an exchange. */
export interface Verdict {
  /** Airbyte's name of the operation; null when it has none such. */
  readonly operationId: string | null;
  readonly faults: readonly Fault[];
}

/** Holds a request, and the answer to it if it is a success, against Airbyte's description. */
export function judge(description: Description, exchange: Exchange): Verdict {
  const found = description.find(exchange.method, exchange.path);
  if (found === null) return { operationId: null, faults: ['Airbyte has no such operation'] };
  const { operation, values } = found;
  const faults = [
    ...parameterFaults(description, operation, values, exchange.query),
    ...bodyFaults(description, operation, exchange),
    ...(exchange.status >= 200 && exchange.status < 300
      ? answerFaults(description, operation, exchange)
      : []),
  ];
  return { operationId: operation.id, faults };
}

function parameterFaults(
  description: Description,
  { parameters }: DescribedOperation,
  pathValues: Json,
  query: URLSearchParams,
): Fault[] {
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const unknown = [...query.keys()].filter((name) => !known.some((parameter) => parameter.name === name));
  const missing = known.filter(({ name, required }) => required && !query.has(name));
  const judged = (parameter: Parameter, texts: readonly string[]): Fault[] =>
    description
      .faultsOf(parameter.schema, fromTexts(parameter.schema, texts))
      .map((fault) => `parameter ${parameter.name}: ${fault}`);
  return [
    ...unknown.map((name) => `parameter ${name} is not described`),
    ...missing.map(({ name }) => `parameter ${name} is missing`),
    ...known.filter(({ name }) => query.has(name)).flatMap((one) => judged(one, query.getAll(one.name))),
    ...parameters
      .filter((parameter) => parameter.in === 'path')
      .flatMap((one) => judged(one, [String(pathValues[one.name])])),
  ];
}

/** The value that the texts of a parameter stand for; arrays come as `a=1&a=2` or `a=1,2`. */
function fromTexts(schema: Json, texts: readonly string[]): unknown {
  if (schema['type'] === 'array') {
    const items = objectAt(schema, 'items');
    return texts.flatMap((text) => text.split(',')).map((text) => fromTexts(items, [text]));
  }
  const [text = ''] = texts;
  if (texts.length > 1) return texts;
  if (schema['type'] === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (schema['type'] === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function bodyFaults(
  description: Description,
  { requestBody }: DescribedOperation,
  { requestBody: text, requestType }: Exchange,
): Fault[] {
  if (requestBody === null) return text === '' ? [] : ['a body is sent where none is described'];
  if (text === '') return ['the body is missing'];
  return contentFaults(description, requestBody, requestType, text).map((fault) => `body: ${fault}`);
}

function answerFaults(
  description: Description,
  { responses }: DescribedOperation,
  { status, answerType, answerBody }: Exchange,
): Fault[] {
  const response = responses[String(status)];
  if (!isJson(response)) return [`status ${status} is not described`];
  if (Object.keys(objectAt(response, 'content')).length > 0)
    return contentFaults(description, response, answerType, answerBody).map((fault) => `answer: ${fault}`);
  return status === 204 && answerBody !== '' ? ['answer: 204 has a body'] : [];
}

/** Faults of a text by the media types that are described for it. */
function contentFaults(description: Description, of: Json, type: string, text: string): Fault[] {
  const [essence = ''] = type.split(';');
  const media = objectAt(of, 'content')[essence.trim().toLowerCase()];
  if (!isJson(media)) return [`the type ${JSON.stringify(type)} is not described`];
  try {
    const value: unknown = JSON.parse(text);
    return description.faultsOf(objectAt(media, 'schema'), value);
  } catch (error) {
    if (error instanceof SyntaxError) return ['it is no JSON'];
    throw error;
  }
}
