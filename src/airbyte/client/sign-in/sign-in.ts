import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import { misbehaving } from '../transport/read-answer';
import type { RequestRunner } from '../resilience/request-runner';
import type { Operation } from '../model/operation';
import { ShapeError } from '../model/parse';
import { type AccessToken, parseAccessToken } from '../model/response-parsers';

/**
 * Fetches a token for application credentials. Always JSON: releases differ in whether they read a form. The grant
 * goes under both names, since Airbyte's specification and its documentation disagree.
 *
 * @throws {AirbyteError} never with a kind that could be taken for an answer about something else, never as `sent`
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
  try {
    return parseAccessToken(await runner.run({ operation, context: {}, timeoutMs, attempt: 1 }));
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
