import type { UpstreamProblem } from '../model/airbyte-errors';
import { isMembers, type Members, optionalText } from '../model/parse';

const NOTHING: Members = {};

/**
 * Reads whichever of Airbyte's error shapes the body has: its problem (`data.message`, `detail`, `title`), the bare
 * `errorId`, Micronaut's HATEOAS form (`_embedded.errors[].message`) or a plain `message`.
 */
export function parseErrorBody(body: unknown): UpstreamProblem {
  if (!isMembers(body)) return {};
  const data = isMembers(body['data']) ? body['data'] : NOTHING;
  return {
    upstreamMessage: messageOf(body, data),
    errorId: some(body, 'errorId'),
    upstreamType: some(body, 'type'),
    resourceType: some(data, 'resourceType'),
    resourceId: some(data, 'resourceId'),
  };
}

function messageOf(body: Members, data: Members): string | undefined {
  return (
    some(data, 'message') ??
    cronMessage(data) ??
    some(firstEmbeddedError(body), 'message') ??
    some(body, 'detail') ??
    some(body, 'title') ??
    some(body, 'message')
  );
}

/** A refused cron expression is explained in a member of its own. */
function cronMessage(data: Members): string | undefined {
  return some(data, 'validationErrorMessage');
}

function firstEmbeddedError(body: Members): Members {
  const embedded = isMembers(body['_embedded']) ? body['_embedded'] : NOTHING;
  const errors: unknown = embedded['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isMembers(first) ? first : NOTHING;
}

function some(from: Members, name: string): string | undefined {
  const value = optionalText(from, name);
  return value === null || value === '' ? undefined : value;
}
