import { randomUUID } from 'node:crypto';
import type { DiscoveryError } from '../engine/discovery-error';
import type { JsonObject } from '../platform/json';

/** An error response in one of the four formats that Airbyte uses. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: JsonObject,
  ) {
    super(`Answered ${status}`);
  }
}

const DETAILS = {
  'bad-request': [400, 'The request could not be understood by the server due to malformed syntax.'],
  'resource-not-found': [404, 'Could not find a resource with the given id.'],
  'state-conflict': [409, 'The request could not be processed because of the current state of the resource.'],
  'try-again-later': [409, 'The resource is busy; try again later.'],
  'unprocessable-entity': [422, 'The request was understood but cannot be fulfilled.'],
  'unexpected-problem': [500, 'An unexpected problem occurred.'],
  'service-unavailable': [503, 'The server cannot serve requests at the moment.'],
} as const;

/** The first format: a problem with a type, a detail and the affected resource. */
export function problem(kind: keyof typeof DETAILS, data: JsonObject | null): ApiError {
  const [status, detail] = DETAILS[kind];
  return new ApiError(status, {
    status,
    type: `https://reference.airbyte.com/reference/errors#${kind}`,
    title: kind,
    detail,
    documentationUrl: null,
    data,
  });
}

/** A 400 problem with a message. */
export function badRequest(message: string): ApiError {
  return problem('bad-request', { message });
}

/** A 422 problem with a message: the request is well formed, but its content is invalid. */
export function unprocessable(message: string): ApiError {
  return problem('unprocessable-entity', { message });
}

/** A 404 problem that names the kind of resource and its id. */
export function notFound(resourceType: string, resourceId: string): ApiError {
  return problem('resource-not-found', { resourceType, resourceId });
}

/** The scheduler rejects a cron expression that passed the check of the API. */
export function cronRefused(cronExpression: string, validationErrorMessage: string): ApiError {
  return new ApiError(400, {
    status: 400,
    type: 'error:cron-validation/invalid-expression',
    title: 'Invalid cron expression',
    detail: 'The cron expression provided is invalid.',
    documentationUrl: null,
    data: { cronExpression, validationErrorMessage },
  });
}

/** Airbyte's 500 for a connector that failed, and a 400 for a catalog that is too large. */
export function discoveryFailed({ fault, message }: DiscoveryError): ApiError {
  return fault === 'catalog'
    ? badRequest(message)
    : problem('unexpected-problem', { message: `Something went wrong in the connector. logs:${message}` });
}

/** The second format: only an id for searching the log. */
export function onlyErrorId(status: number, errorId: string = randomUUID()): ApiError {
  return new ApiError(status, { errorId });
}

/** A 500 caused by the data directory. The operator has to fix it. */
export function storageUnavailable(reason: string, errorId: string): ApiError {
  const { status, body } = problem('unexpected-problem', {
    message: `The embedded Airbyte cannot use its data directory: ${reason}. The operator has to repair DATA_DIR.`,
  });
  return new ApiError(status, { ...body, errorId });
}

/** The third format: errors of the web framework, before Airbyte's own code runs. */
export function frameworkError(status: number, title: string, path: string, message: string): ApiError {
  return new ApiError(status, {
    message: title,
    _links: { self: { href: path, templated: false } },
    _embedded: { errors: [{ message, _links: {}, _embedded: {} }] },
  });
}

/** The fourth format: only a message. */
export function plainError(status: number, message: string): ApiError {
  return new ApiError(status, { message });
}

/** The internal API refuses a time zone. */
export function invalidZone(cronTimezone: string): ApiError {
  return new ApiError(400, {
    status: 400,
    type: 'error:cron-validation/invalid-timezone',
    title: 'Invalid timezone in cron expression',
    detail:
      'The cron timezone provided is invalid: it must be a name of the time zone database, and not one of Etc.',
    documentationUrl: null,
    data: { cronTimezone },
  });
}

/** The internal API's 422 for a body whose members do not fit together. */
export function unprocessableInput(message: string): ApiError {
  return internalError(422, message);
}

/** The internal API's 404 for an id that does not exist. */
export function configNotFound(resourceType: string, id: string): ApiError {
  return internalError(404, `Could not find configuration for ${resourceType}: ${id}.`, { id });
}

/** An error of the internal API, without the stack traces of Java. */
function internalError(status: number, message: string, more: JsonObject = {}): ApiError {
  return new ApiError(status, {
    ...more,
    message,
    exceptionClassName: '',
    exceptionStack: [],
    rootCauseExceptionStack: [],
  });
}

/** Airbyte parses path ids as UUIDs and fails without a message for an invalid one. */
export function unknownId(resourceType: string, id: string): ApiError {
  return isUuid(id) ? notFound(resourceType, id) : onlyErrorId(500);
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
