import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type KeyLike, SignJWT } from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyLike;
  readonly jwk: JWK;
}

/** An OpenID Connect issuer on a real socket, with metadata, keys and signed tokens. */
export class TestIssuer {
  /** Number of requests for its keys. */
  keyFetches = 0;
  /** True: every request is answered with 500. */
  isBroken = false;
  private published: SigningKey[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new TestIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const body = issuer.isBroken ? undefined : issuer.page(request.url ?? '');
      response.writeHead(body ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await issuer.rotate('first');
    return issuer;
  }

  /** Replaces the published keys by one new key. */
  async rotate(kid: string, alg = 'ES256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    this.published = [
      { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } },
    ];
  }

  /** A token that expires after a minute by default. */
  token(claims: Readonly<Record<string, unknown>> = {}, at = new Date()): Promise<string> {
    const [key] = this.published;
    if (!key) throw new Error('no key');
    const nowS = Math.floor(at.getTime() / 1000);
    return new SignJWT({ iss: this.url, aud: 'gateway', sub: 'service-a', exp: nowS + 60, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey);
  }

  /** The published documents. */
  jwks(): JWK[] {
    return this.published.map((key) => key.jwk);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private page(path: string): object | undefined {
    if (path === '/.well-known/openid-configuration')
      return { issuer: this.url, jwks_uri: `${this.url}/keys` };
    if (path !== '/keys') return undefined;
    this.keyFetches += 1;
    return { keys: this.jwks() };
  }
}
