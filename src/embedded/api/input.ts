import { publicApiError } from '../cron/api-check';
import type { Schedule } from '../model/schedule';
import { arrayAt, isObject, objectAt, stringAt, stringsOf, type JsonObject } from '../platform/json';
import { type ApiError, badRequest, frameworkError, onlyErrorId, plainError } from './errors';
import type { ApiRequest } from './router';

/** Limit and offset of a list. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** The requested page: 1 to 100 rows, by default 20. */
export function pageOf(query: URLSearchParams): Page {
  const limit = integerParam(query, 'limit', 20);
  const offset = integerParam(query, 'offset', 0);
  if (limit < 1 || limit > 100 || offset < 0) throw onlyErrorId(400);
  return { limit, offset };
}

function integerParam(query: URLSearchParams, name: string, byDefault: number): number {
  const text = query.get(name);
  if (text === null || text === '') return byDefault;
  if (!/^-?\d{1,9}$/.test(text)) throw onlyErrorId(400);
  return Number(text);
}

/** The workspaces that a list is limited to; empty for all. */
export function workspaceIdsOf(query: URLSearchParams): string[] {
  return query
    .getAll('workspaceIds')
    .flatMap((value) => value.split(','))
    .filter((id) => id !== '');
}

/** The response of a list. As in Airbyte, its links name another host, and `next` is set while the page has rows. */
export function pageResponse(
  resource: string,
  page: Page,
  extra: string,
  data: readonly unknown[],
): JsonObject {
  const link = (offset: number): string =>
    `http://localhost:8001/api/public/v1/${resource}?limit=${page.limit}&offset=${offset}${extra}`;
  return {
    previous: page.offset > 0 ? link(Math.max(0, page.offset - page.limit)) : '',
    next: data.length > 0 ? link(page.offset + page.limit) : '',
    data,
  };
}

/** A required string of a body. */
export function requiredString({ body, path }: ApiRequest, name: string): string {
  const value = stringAt(body, name);
  if (value === undefined || value === '') {
    throw frameworkError(400, 'Bad Request', path, `Required property ${name} is missing or not a string`);
  }
  return value;
}

/** A case-insensitive member of an enumeration; undefined if absent. */
export function enumMember<T extends string>(
  { path }: ApiRequest,
  object: JsonObject,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = object[name];
  if (value === undefined || value === null) return undefined;
  const found =
    typeof value === 'string' ? allowed.find((member) => member === value.toLowerCase()) : undefined;
  if (found === undefined) {
    throw frameworkError(
      400,
      'Bad Request',
      path,
      `${JSON.stringify(value)} is not one of ${allowed.join(', ')} (${name})`,
    );
  }
  return found;
}

/** The schedule of a body; undefined when absent. The public API stores UTC with every expression, and has no intervals. */
export function scheduleOf(request: ApiRequest): Schedule | undefined {
  const schedule = objectAt(request.body, 'schedule');
  if (schedule === undefined) return undefined;
  const type = enumMember(request, schedule, 'scheduleType', ['manual', 'cron']);
  if (type === undefined)
    throw frameworkError(400, 'Bad Request', request.path, 'Required property scheduleType is missing');
  if (type === 'manual') return { kind: 'manual' };
  const sent = stringAt(schedule, 'cronExpression');
  if (sent === undefined) throw badRequest('Missing cron expression in the schedule.');
  const expression = sent.endsWith('UTC') ? sent.slice(0, -'UTC'.length).trim() : sent;
  const refusal = publicApiError(expression);
  if (refusal !== null) throw badRequest(refusal);
  return { kind: 'cron', expression, timeZone: 'UTC' };
}

/** A stream that a request selects. */
export interface StreamChoice {
  readonly name: string;
  readonly namespace: string | null;
  readonly syncMode: string | undefined;
  readonly cursorField: readonly string[];
  readonly primaryKey: readonly (readonly string[])[];
}

/** Options of Airbyte that are not supported. Ignoring them would sync other data than requested. */
const UNSUPPORTED_CHOICES = ['selectedFields', 'mappers'];

/**
 * The streams that a body selects; an empty list selects every stream.
 * @throws ApiError 400 if a member has another type: ignoring it would select other data
 */
export function streamChoicesOf({ body, path }: ApiRequest): StreamChoice[] {
  const wrong = (field: string, expected: string): ApiError =>
    frameworkError(400, 'Bad Request', path, `${field} must be ${expected}`);
  const configurations = body['configurations'] ?? {};
  if (!isObject(configurations)) throw wrong('configurations', 'an object');
  const streams = configurations['streams'] ?? [];
  if (!Array.isArray(streams)) throw wrong('configurations.streams', 'a list');
  return streams
    .map((stream: unknown, index) => {
      const field = `configurations.streams[${index}]`;
      if (!isObject(stream)) throw wrong(field, 'an object');
      if (!isText(stream['name'])) throw wrong(`${field}.name`, 'a text');
      if (!isOptional(stream['namespace'], isText)) throw wrong(`${field}.namespace`, 'a text');
      if (!isOptional(stream['syncMode'], isText)) throw wrong(`${field}.syncMode`, 'a text');
      if (!isOptional(stream['cursorField'], isPath))
        throw wrong(`${field}.cursorField`, 'a list of texts, such as ["updated_at"]');
      if (!isOptional(stream['primaryKey'], isListOfPaths))
        throw wrong(`${field}.primaryKey`, 'a list of lists of texts, such as [["id"]]');
      const unsupported = UNSUPPORTED_CHOICES.find((name) => arrayAt(stream, name).length > 0);
      if (unsupported !== undefined)
        throw plainError(
          501,
          `The embedded Airbyte does not support ${unsupported}: it syncs whole, unchanged records.`,
        );
      return stream;
    })
    .map((stream) => ({
      name: stringAt(stream, 'name') ?? '',
      namespace: stringAt(stream, 'namespace') ?? null,
      syncMode: stringAt(stream, 'syncMode')?.toLowerCase(),
      cursorField: stringsOf(stream['cursorField']),
      primaryKey: arrayAt(stream, 'primaryKey').map(stringsOf),
    }));
}

function isOptional(value: unknown, isRight: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || isRight(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isPath(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isListOfPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPath);
}
