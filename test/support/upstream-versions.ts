import { hateoas, problem, type Reply } from './upstream-replies';
import type { UpstreamRequest } from './upstream-request';
import type { ScriptedUpstream } from './scripted-upstream';
import { type InternalApi, serveInternalApi } from './upstream-internal';

/** Releases of Airbyte whose APIs differ for a client. */
export const AIRBYTE_VERSIONS = ['2.0', '2.2', '2.4', '2.6'] as const;
export type AirbyteVersion = (typeof AIRBYTE_VERSIONS)[number];

/** The only credentials that the upstream accepts, whose token is issued at the sign-in. */
export const CREDENTIALS = { AIRBYTE_CLIENT_ID: 'gateway', AIRBYTE_CLIENT_SECRET: 'secret' };
/** Accepted by Airbyte 2.0 only. */
export const BASIC = { AIRBYTE_USERNAME: 'airbyte', AIRBYTE_PASSWORD: 'password' };

const BASIC_HEADER = `Basic ${Buffer.from('airbyte:password').toString('base64')}`;

/**
 * Makes the upstream answer as this version does, until it is cleared.
 * @param options.running when a started workflow runs; Airbyte 2.0 answers starts not before
 */
export function serveVersion(
  upstream: ScriptedUpstream,
  version: AirbyteVersion,
  { running }: { readonly running: Promise<void> },
): InternalApi {
  const isOld = version === '2.0';
  // Before February 2026, a list without types had syncs and resets only.
  if (isOld) upstream.state.defaultJobTypes = ['sync', 'reset'];
  upstream.intercept((request) => signInFault(upstream, request, isOld));
  upstream.on('POST /connections', (request) => mismatch(upstream, request, version));
  upstream.on('PATCH /connections/:id', ({ id }) => {
    const { status } = upstream.state.connections.get(id) ?? {};
    if (status !== 'locked') return undefined;
    // Airbyte has this status, and its reason, from version 2.1 on.
    return problem(409, null, { connectionId: id, statusReason: 'subscription_downgraded_access_revoked' });
  });
  if (isOld)
    upstream.on('POST /jobs', async (request) => {
      const reply = upstream.act(request);
      await running;
      return reply;
    });
  return serveInternalApi(upstream);
}

/** From version 2.2 on, Airbyte does not accept a user name and a password. */
function signInFault(
  upstream: ScriptedUpstream,
  { operation, headers }: UpstreamRequest,
  acceptsBasic: boolean,
): Reply | undefined {
  if (operation === 'GET /health' || operation === 'POST /applications/token') return undefined;
  const authorization = headers['authorization']?.toString() ?? '';
  if (acceptsBasic && authorization === BASIC_HEADER) return undefined;
  return upstream.state.tokens.has(authorization.replace(/^Bearer /, ''))
    ? undefined
    : hateoas(401, 'Unauthorized');
}

/** CVE-2026-80049: version 2.4 refuses a request that names resources of several workspaces; before, it failed with 500. */
function mismatch(
  upstream: ScriptedUpstream,
  { body }: UpstreamRequest,
  version: AirbyteVersion,
): Reply | undefined {
  const { sourceId = '', destinationId = '' } = body as { sourceId?: string; destinationId?: string };
  const source = upstream.state.sources.get(sourceId);
  const destination = upstream.state.destinations.get(destinationId);
  if (!source || !destination || source.workspaceId === destination.workspaceId) return undefined;
  return version === '2.0' || version === '2.2' ? problem(500, null) : hateoas(403, 'Forbidden');
}
