import type { AirbyteError } from '../client/model/airbyte-errors';

/** Longer than any known message of Airbyte. Responses of up to 16 MiB are read. */
const MAX_MESSAGE_CHARACTERS = 2000;
/** Airbyte's ids are UUIDs. They are logged, so the pattern admits nothing else. */
const ERROR_ID = /^[\w-]{1,64}$/;

const MASK = '***';
/** Credentials after the scheme of an `Authorization` header (RFC 9110, section 11.4), except a plain word. */
const CREDENTIALS = /\b(Bearer|bearer|Basic|basic)(\s+|%20)(?![a-z]+(?![\w.~+/=-]))[\w.~+/=-]+/g;
/** JWS and JWE tokens begin with a JSON object in base64url (RFC 7515, section 3.1; RFC 7516, section 3.1). */
const JWT = /\beyJ[\w-]+(?:\.[\w-]*)*/g;
/** JSON field whose name marks a secret, also inside an escaped JSON string. */
const SECRET_MEMBER =
  /(\\*"[\w-]*(?:secret|password|token|authorization|api-?_?key)[\w-]*\\*"\s*:\s*\\*")[^"\\]*/gi;

/**
 * Airbyte's message for the caller, with credentials masked, because Airbyte may repeat the request. Null for
 * errors about the gateway's own sign-in.
 */
export function sanitizeUpstreamMessage({ operation, kind, upstreamMessage }: AirbyteError): string | null {
  if (upstreamMessage === undefined || operation === 'signIn' || kind === 'unauthorized') return null;
  return maskCredentials(truncate(upstreamMessage));
}

/** Id of Airbyte's log entry; null if it does not have the form of an id. */
export function sanitizeErrorId({ errorId }: AirbyteError): string | null {
  return errorId !== undefined && ERROR_ID.test(errorId) ? errorId : null;
}

function truncate(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…`;
}

export function maskCredentials(message: string): string {
  return message.replace(CREDENTIALS, `$1$2${MASK}`).replace(JWT, MASK).replace(SECRET_MEMBER, `$1${MASK}`);
}
