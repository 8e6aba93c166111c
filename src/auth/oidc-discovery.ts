/** The required part of the metadata of an issuer (OpenID Connect Discovery 1.0 §3). */
export interface Issuer {
  /** Same text as in the tokens, including a trailing slash. */
  readonly issuer: string;
  readonly jwksUri: URL;
}

const TIMEOUT_MS = 5000;

/** @throws Error if the issuer is unreachable or its metadata names another issuer */
export async function discoverIssuer(issuer: string): Promise<Issuer> {
  const base = issuer.replace(/\/+$/, '');
  const answer = await fetch(`${base}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`the issuer's metadata was answered with ${answer.status}`);
  }
  return parseMetadata(await answer.json(), base);
}

/** RFC 8414 §3.3: metadata that names another issuer must not be used. */
function parseMetadata(metadata: unknown, base: string): Issuer {
  if (typeof metadata !== 'object' || metadata === null)
    throw new Error('the metadata of the issuer is not an object');
  const { issuer, jwks_uri: jwksUri } = metadata as { issuer?: unknown; jwks_uri?: unknown };
  if (typeof issuer !== 'string' || issuer.replace(/\/+$/, '') !== base) {
    throw new Error("the issuer's metadata names another issuer");
  }
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) throw new Error('the issuer names no jwks_uri');
  const url = new URL(jwksUri);
  if (base.startsWith('https:') && url.protocol !== 'https:') throw new Error('the jwks_uri is not https');
  return { issuer, jwksUri: url };
}
