import type { UpstreamProblem } from '../model/airbyte-errors';
import { isMembers, type Members, optionalText } from '../model/parse';

const EMPTY: Members = {};

/**
 * Parses any of Airbyte's error shapes: problem (`data.message`, `detail`, `title`), bare `errorId`,
 * Micronaut's HATEOAS form (`_embedded.errors[].message`) or plain `message`.
 */
export function parseErrorBody(body: unknown): UpstreamProblem {
  if (!isMembers(body)) return {};
  const data = isMembers(body['data']) ? body['data'] : EMPTY;
  return {
    upstreamMessage: messageOf(body, data),
    errorId: nonEmptyText(body, 'errorId'),
    upstreamType: nonEmptyText(body, 'type'),
    resourceType: nonEmptyText(data, 'resourceType'),
    resourceId: nonEmptyText(data, 'resourceId'),
  };
}

function messageOf(body: Members, data: Members): string | undefined {
  return (
    nonEmptyText(data, 'message') ??
    // For a rejected cron expression.
    nonEmptyText(data, 'validationErrorMessage') ??
    nonEmptyText(firstEmbeddedError(body), 'message') ??
    nonEmptyText(body, 'detail') ??
    nonEmptyText(body, 'title') ??
    nonEmptyText(body, 'message')
  );
}

function firstEmbeddedError(body: Members): Members {
  const embedded = isMembers(body['_embedded']) ? body['_embedded'] : EMPTY;
  const errors: unknown = embedded['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isMembers(first) ? first : EMPTY;
}

function nonEmptyText(from: Members, name: string): string | undefined {
  const value = optionalText(from, name);
  return value === null || value === '' ? undefined : value;
}
