import type { AirbyteCredentials } from '../../../config/settings-types';
import type { Clock } from '../../../lib/clock';
import { type Authorizer, TokenProvider } from './token-provider';
import type { AccessToken } from '../model/response-parsers';

export function createAuthorizer(
  credentials: AirbyteCredentials,
  signIn: (clientId: string, clientSecret: string) => Promise<AccessToken>,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
): Authorizer {
  switch (credentials.kind) {
    case 'client':
      return new TokenProvider(() => signIn(credentials.clientId, credentials.clientSecret), clock);
    case 'token':
      return fixed(`Bearer ${credentials.token}`);
    case 'basic':
      return fixed(
        `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
      );
    case 'none':
      return fixed(undefined);
  }
}

function fixed(header: string | undefined): Authorizer {
  return { header: () => Promise.resolve(header), invalidate: () => false, expiresInMs: () => null };
}
