import { numberAt, objectAt, stringsOf, type JsonObject } from '../../platform/json';
import type { Connection, ConnectionStore } from '../../store/connections';
import { configNotFound, frameworkError, onlyErrorId } from '../errors';
import { requiredString, type Page } from '../input';
import type { ApiRequest, Route } from '../router';

/** Airbyte's page size without `pagination`. Larger pages are cut to it. */
const MAX_PAGE_SIZE = 200;

/** A `POST` operation that answers 200 with JSON. */
export function operation(path: string, body: (request: ApiRequest) => object | Promise<object>): Route {
  return {
    method: 'POST',
    path,
    handle: async (request) => ({ status: 200, body: await body(request) }),
  };
}

/** The connection of a body's `connectionId`, also a deleted one. */
export function findConnection(connections: ConnectionStore, request: ApiRequest): Connection {
  const id = requiredString(request, 'connectionId');
  const connection = connections.find(id);
  if (connection === null) throw configNotFound('STANDARD_SYNC', id);
  return connection;
}

/** The page of a body's `pagination {pageSize, rowOffset}`. */
export function pageOfBody({ body }: ApiRequest): Page {
  const pagination = objectAt(body, 'pagination') ?? {};
  const limit = numberAt(pagination, 'pageSize') ?? MAX_PAGE_SIZE;
  const offset = numberAt(pagination, 'rowOffset') ?? 0;
  if (!Number.isSafeInteger(limit) || limit < 1 || !Number.isSafeInteger(offset) || offset < 0)
    throw onlyErrorId(400);
  return { limit: Math.min(limit, MAX_PAGE_SIZE), offset };
}

/** A required whole number of a body, such as an id of a job. */
export function requiredInteger({ body, path }: ApiRequest, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw frameworkError(
      400,
      'Bad Request',
      path,
      `Required property ${name} is missing or not a whole number`,
    );
  return value;
}

/** The members of a list that are known values; undefined if the body has no such list. */
export function enumList<T extends string>(
  { body, path }: ApiRequest,
  name: string,
  allowed: readonly T[],
): T[] | undefined {
  if (!Array.isArray(body[name])) return undefined;
  return stringsOf(body[name]).map((value) => {
    const found = allowed.find((one) => one === value.toLowerCase());
    if (found === undefined)
      throw frameworkError(
        400,
        'Bad Request',
        path,
        `${JSON.stringify(value)} is not one of ${allowed.join(', ')} (${name})`,
      );
    return found;
  });
}

/** An optional ISO 8601 instant of a body. */
export function instantAt({ body, path }: ApiRequest, name: string): Date | null {
  const text = body[name];
  if (text === undefined || text === null) return null;
  const instant = typeof text === 'string' && /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(instant.getTime()))
    throw frameworkError(400, 'Bad Request', path, `${name} is not an ISO 8601 date-time`);
  return instant;
}

/** The members of an answer that have a value. Airbyte omits the others. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
