import { maskCredentials } from './upstream-message';

const MASK = '***';
const SECRET_NAME =
  '(?:secret|passw(?:or)?d|pwd|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|signature)';
/**
 * `password=…` and `api_key: …`, as connectors print their options. After a colon a plain word is kept, because sentences
 * have the same form: `Invalid password: authentication failed`. Lengths are limited so that the time is linear.
 */
const ASSIGNED_SECRET = new RegExp(
  `(${SECRET_NAME}[\\w.-]{0,40}["']?\\s{0,4}(?:=\\s{0,4}|:\\s{0,4}(?=["']?[^\\s"']{0,200}\\d))["']?)(?!\\*\\*\\*)[^\\s"',;&)}\\]]+`,
  'gi',
);
/** User information of a URL (RFC 3986, section 3.2.1). */
const URL_USER = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,500}@/gi;
/** PEM blocks (RFC 7468), also with escaped line breaks, and blocks that are cut off. */
const PEM =
  /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----|$)/g;
/** Ids of access keys of AWS, tokens of GitHub, Slack and Google have fixed beginnings. */
const KNOWN_TOKENS =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abeprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bya29\.[\w.-]{20,}/g;

/**
 * Masks secrets in a text of Airbyte or a connector. A connector may print anything, so this reduces the risk and does not
 * remove it.
 */
export function maskSecrets(text: string): string {
  return maskCredentials(text)
    .replace(PEM, MASK)
    .replace(URL_USER, `$1${MASK}@`)
    .replace(ASSIGNED_SECRET, `$1${MASK}`)
    .replace(KNOWN_TOKENS, MASK);
}

/** Masks secrets and cuts the text. */
export function maskedText(text: string, maxCharacters: number): string {
  // A secret at the cut is masked as a whole, so it is masked first; regular expressions get a bounded text.
  const masked = maskSecrets(text.slice(0, 2 * maxCharacters));
  return masked.length <= maxCharacters ? masked : `${masked.slice(0, maxCharacters)}…`;
}
