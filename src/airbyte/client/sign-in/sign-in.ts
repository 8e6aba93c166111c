import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import { misbehaving } from '../transport/read-answer';
import type { RequestRunner } from '../resilience/request-runner';
import type { Operation } from '../model/operation';
import { ShapeError } from '../model/parse';
import { type AccessToken, parseAccessToken } from '../model/response-parsers';

/**
 * Requests an access token with application credentials. The body is JSON, because some Airbyte versions do not
 * read forms. The grant type is sent under both names, because Airbyte's specification and documentation
 * disagree.
 * @throws {AirbyteError} with `sent: false`, and with a kind that cannot be mistaken for a response to another
 * request
 */
export async function signIn(
  runner: RequestRunner,
  clientId: string,
  clientSecret: string,
  timeoutMs: number,
): Promise<AccessToken> {
  const operation: Operation = {
    name: 'signIn',
    method: 'POST',
    path: '/applications/token',
    body: {
      client_id: clientId,
      client_secret: clientSecret,
      'grant-type': 'client_credentials',
      grant_type: 'client_credentials',
    },
    safety: 'read',
    lane: 'read',
    expects: 'json',
  };
  // Sign-ins are rare, so a connection that is kept open may be closed by now.
  const request = { operation, context: {}, timeoutMs, attempt: 1, newConnection: true };
  try {
    return parseAccessToken(await runner.run(request));
  } catch (error) {
    if (error instanceof ShapeError) throw misbehaving(operation, error.message, 200).with({ sent: false });
    throw error instanceof AirbyteError ? error.with({ sent: false }, signInKind(error.kind)) : error;
  }
}

function signInKind(kind: AirbyteErrorKind): AirbyteErrorKind {
  switch (kind) {
    case 'bad_request':
    case 'unprocessable':
    case 'forbidden':
      return 'unauthorized';
    case 'not_found':
    case 'conflict':
      return 'misbehaving';
    default:
      return kind;
  }
}
