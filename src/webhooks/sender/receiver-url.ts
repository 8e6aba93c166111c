import ipaddr from 'ipaddr.js';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { plainHost, type ReceiverRules } from './receiver-rules';

/** @returns the normalized URL, or the reason why nothing may be sent to it */
export function receiverUrl(text: string, rules: ReceiverRules): string | FieldErrorDto {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    return refused('must be a URL that begins with https://', 'Write it like https://example.com/hooks.');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    return refused(
      'must have no user, password or fragment',
      'Remove them. Receivers verify the signature of the message instead.',
    );
  if (url.port === '0') return refused('must have a port from 1 to 65535', 'Leave the port out for 443.');
  if (rules.isInternal(url.hostname)) return url.href;
  if (url.protocol === 'http:')
    return refused(
      'must begin with https://',
      'Use https. For an internal receiver, the operator can name its host in WEBHOOK_ALLOWED_HOSTS.',
    );
  const host = plainHost(url.hostname);
  if (!ipaddr.isValid(host) && !isHostName(host))
    return refused('must name a host that can exist', 'Write it like https://example.com/hooks.');
  const isLocalName = host === 'localhost' || host.endsWith('.localhost');
  if (isLocalName || (ipaddr.isValid(host) && !rules.allows(host, host)))
    return refused(
      'must not be an internal address',
      'Give the URL of a public receiver. The operator can name internal ones in WEBHOOK_ALLOWED_HOSTS.',
    );
  return url.href;
}

/** Labels of at most 63 characters, together at most 253 (RFC 1035). Names with underscores exist. */
function isHostName(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => /^(?!-)[a-z\d_-]{1,63}(?<!-)$/.test(label));
}

function refused(reason: string, hint: string): FieldErrorDto {
  return { field: 'url', reason, hint };
}
