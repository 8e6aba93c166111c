import { REALM } from '../http/scope-missing';
import { ProblemException } from '../api/problem/problem.exception';

/** 401 for a request without credentials. RFC 6750 §3.1 defines no error code for it. */
export function credentialsMissing(): ProblemException {
  return new ProblemException(
    'unauthenticated',
    'Send an API key as X-API-Key, or an API key or token as Authorization: Bearer.',
    { headers: { 'www-authenticate': `Bearer ${REALM}` } },
  );
}

/** 401 for invalid credentials. The reason never contains them. */
export function credentialsInvalid(reason: string, cause?: unknown): ProblemException {
  const challenge = `Bearer ${REALM}, error="invalid_token", error_description="${reason}"`;
  return new ProblemException('unauthenticated', `${reason}.`, {
    headers: { 'www-authenticate': challenge },
    cause,
  });
}

/** 403 for a token without the required workspace claim. */
export function workspaceMissing(claim: string): ProblemException {
  return new ProblemException('not-permitted', `The token names no workspace in its claim ${claim}.`, {
    headers: { 'www-authenticate': `Bearer ${REALM}, error="insufficient_scope"` },
  });
}

/** 503 while the keys of the issuer cannot be fetched. The token may be valid. */
export function issuerUnavailable(cause: unknown): ProblemException {
  return new ProblemException(
    'sign-in-unavailable',
    'The keys of the issuer cannot be fetched at the moment, so tokens cannot be verified. Try again.',
    { retryAfterMs: 5000, cause },
  );
}
