import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { isIP } from 'node:net';
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
  if (rules.isInternal(url.hostname)) return url.href;
  if (url.protocol === 'http:')
    return refused(
      'must begin with https://',
      'Use https. For an internal receiver, the operator can name its host in WEBHOOK_ALLOWED_HOSTS.',
    );
  const host = plainHost(url.hostname);
  const isLocalName = host === 'localhost' || host.endsWith('.localhost');
  if (isLocalName || (isIP(host) !== 0 && !rules.allows(host, host)))
    return refused(
      'must not be an internal address',
      'Give the URL of a public receiver. The operator can name internal ones in WEBHOOK_ALLOWED_HOSTS.',
    );
  return url.href;
}

function refused(reason: string, hint: string): FieldErrorDto {
  return { field: 'url', reason, hint };
}
