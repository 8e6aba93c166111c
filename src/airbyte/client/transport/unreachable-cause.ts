/**
 * Describes why a connection could not be opened. Error codes are safe to show; system error messages are not,
 * because they contain hosts and addresses.
 */
export function unreachableCause(code: string | undefined): string {
  if (code === undefined) return 'no connection could be opened';
  const known = CAUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 'no connection could be opened';
  return `${known} (${code})`;
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(ENOTFOUND|EAI_)/, 'the host name cannot be resolved'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'the connection was not accepted in time'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/, 'there is no route to the host'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|SSL|TLS|^EPROTO$/, 'the TLS handshake failed'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the connection was closed before anything was sent'],
];
