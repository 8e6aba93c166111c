import type { AirbyteError } from '../client/model/airbyte-errors';

/** Longer than any message of Airbyte's that was met; answers of up to 16 MiB are read. */
const MAX_MESSAGE_CHARACTERS = 2000;
/** Airbyte's are UUIDs. They go into the log too, so they must not be able to carry anything else. */
const ERROR_ID = /^[\w-]{1,64}$/;

const MASK = '***';
/** What follows the name of a scheme in an `Authorization` header (RFC 9110, 11.4), unless it is a mere word. */
const CREDENTIALS = /\b(Bearer|bearer|Basic|basic)(\s+|%20)(?![a-z]+(?![\w.~+/=-]))[\w.~+/=-]+/g;
/** Signed and encrypted tokens begin with a JSON object in base64url (RFC 7515, 3.1; RFC 7516, 3.1). */
const JWT = /\beyJ[\w-]+(?:\.[\w-]*)*/g;
/** A member of JSON whose name says that its value is a secret, also within a text within JSON. */
const SECRET_MEMBER =
  /(\\*"[\w-]*(?:secret|password|token|authorization|api-?_?key)[\w-]*\\*"\s*:\s*\\*")[^"\\]*/gi;

/**
 * What of Airbyte's own words may reach a caller: its message, as long as it is not about the gateway's own sign-in.
 * Airbyte may repeat what it was sent, so whatever looks like a credential is masked.
 */
export function sanitizeUpstreamMessage({ operation, kind, upstreamMessage }: AirbyteError): string | null {
  if (upstreamMessage === undefined || operation === 'signIn' || kind === 'unauthorized') return null;
  return maskCredentials(truncate(upstreamMessage));
}

/** Airbyte's handle on its log entry, unless it has another form than handles have. */
export function sanitizeErrorId({ errorId }: AirbyteError): string | null {
  return errorId !== undefined && ERROR_ID.test(errorId) ? errorId : null;
}

function truncate(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…`;
}

function maskCredentials(message: string): string {
  return message.replace(CREDENTIALS, `$1$2${MASK}`).replace(JWT, MASK).replace(SECRET_MEMBER, `$1${MASK}`);
}
