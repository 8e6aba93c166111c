import { maskSecrets } from '../../core/mask-secrets';
import { MASK } from './secrets';

/** Shorter secrets occur in a text by chance, so a text with one of them is left out as a whole. */
const SHORTEST_REPLACED = 4;
/** Lines of a secret that has several, such as a private key. */
const SHORTEST_LINE = 8;
const LEFT_OUT = 'The message is left out, because it contains characters of a very short secret.';

/** Removes the secrets of one request from texts of Airbyte: as they were sent, and in the encodings of URLs, JSON and base64. */
export class SecretRedactor {
  private readonly forms: readonly string[];
  private readonly short: readonly string[];

  constructor(secrets: readonly string[]) {
    const long = secrets.filter((secret) => secret.length >= SHORTEST_REPLACED);
    this.short = secrets.filter((secret) => secret.length < SHORTEST_REPLACED);
    // The longest first, because a secret may contain another one.
    this.forms = [...new Set(long.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    const masked = this.forms.reduce((rest, form) => rest.replaceAll(form, MASK), text);
    const hasShort = this.short.some((secret) => masked.includes(secret));
    return hasShort ? LEFT_OUT : maskSecrets(masked);
  }
}

function formsOf(secret: string): string[] {
  // Lone surrogates cannot be encoded.
  const wellFormed = secret.replace(/\p{Cs}/gu, '\uFFFD');
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return [
    secret,
    ...(lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE) : []),
    encodeURIComponent(wellFormed),
    encodeURI(wellFormed),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ];
}
