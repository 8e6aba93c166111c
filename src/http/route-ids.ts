import type { FastifyReply, FastifyRequest } from 'fastify';

/** The `Location` header contains the ids of new resources. */
const CREATED = /^\/ingestion\/([^/]+)(?:\/runs\/([^/]+))?/;
const CREATED_CONNECTOR = /^\/(source|destination)s\/([^/]+)$/;
const MAX_CHARACTERS = 128;

/** Ids of the resources of a request, for the log: those in its path, and those that it created. */
export function idsOf(request: FastifyRequest, reply: FastifyReply): Record<string, string> {
  const location = String(reply.getHeader('location') ?? '');
  const [, connectionId, runId] = CREATED.exec(location) ?? [];
  const [, kind, id] = CREATED_CONNECTOR.exec(location) ?? [];
  return {
    ...(connectionId !== undefined && { connectionId }),
    ...(runId !== undefined && { runId }),
    ...(kind !== undefined && id !== undefined && { [`${kind}Id`]: id }),
    ...textsOf(request.params),
  };
}

/** Parameters that must not be in a log. */
const SECRETS = ['token'];

/** Values are truncated, because an invalid id can be as long as a path. */
function textsOf(params: unknown): Record<string, string> {
  if (typeof params !== 'object' || params === null) return {};
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !SECRETS.includes(name))
      .map(([name, value]) => [name, String(value).slice(0, MAX_CHARACTERS)]),
  );
}
