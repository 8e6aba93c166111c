import { ProblemException } from '../../api/problem/problem.exception';
import type { ActorKind } from '../client/connectors/connector-types';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { SecretRedactor } from './configuration/secret-redactor';

const MAX_LISTED = 5;

/** The same for absent ones and for those of other workspaces. */
export function actorNotFound(kind: ActorKind): ProblemException {
  return new ProblemException(
    `${kind}-not-found`,
    `No ${kind} has this id, or the gateway's Airbyte credentials cannot access it. GET /${kind}s lists the ${kind}s.`,
  );
}

/** Airbyte would delete these connections too. */
export function connectorInUse(kind: ActorKind, users: readonly AirbyteConnection[]): ProblemException {
  const listed = users.slice(0, MAX_LISTED).map(({ connectionId }) => connectionId);
  const more = users.length > MAX_LISTED ? ` and ${users.length - MAX_LISTED} more` : '';
  const count = users.length === 1 ? '1 ingestion uses' : `${users.length} ingestions use`;
  return new ProblemException(
    'connector-in-use',
    `${count} this ${kind}: ${listed.join(', ')}${more}. Airbyte would delete them too. Delete them first with DELETE /ingestion/{connectionId}.`,
  );
}

/** A retry that can neither be answered nor sent again. */
export function ambiguousActor(kind: ActorKind): ProblemException {
  return new ProblemException(
    'outcome-in-doubt',
    `An earlier attempt got no answer, and a ${kind} of this name exists that it may have made. Look at GET /${kind}s. To create another one, use a new Idempotency-Key.`,
  );
}

/** Runs calls that send secrets. Airbyte may repeat the request in its message. */
export async function withoutSecrets<T>(redactor: SecretRedactor, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AirbyteError) || error.upstreamMessage === undefined) throw error;
    throw error.with({ upstreamMessage: redactor.redact(error.upstreamMessage) });
  }
}
