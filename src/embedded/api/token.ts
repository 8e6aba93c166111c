import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { numberAt, parseObject } from '../platform/json';

/** Airbyte's default lifetime of an application's token. */
export const TOKEN_LIFETIME_S = 900;

/** Issues and checks the bearer tokens of the one application: JWTs signed with a key made from its secret. */
export class Tokens {
  private readonly key: Buffer;

  constructor(
    private readonly clientId: string,
    private readonly clientSecret: string,
  ) {
    this.key = createHash('sha256').update(`token-signing\n${clientSecret}`).digest();
  }

  /** Whether these are the application's credentials. */
  accepts(clientId: string, clientSecret: string): boolean {
    return same(clientId, this.clientId) && same(clientSecret, this.clientSecret);
  }

  issue(now: Date): string {
    const issuedAtS = Math.floor(now.getTime() / 1000);
    const claims = {
      iss: 'embedded-airbyte',
      sub: this.clientId,
      iat: issuedAtS,
      exp: issuedAtS + TOKEN_LIFETIME_S,
    };
    const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${content}.${this.sign(content)}`;
  }

  /** Whether a token was issued here and has not expired. */
  verify(token: string, now: Date): boolean {
    const [header = '', payload = '', signature = ''] = token.split('.');
    if (!same(signature, this.sign(`${header}.${payload}`))) return false;
    const claims = parseObject(Buffer.from(payload, 'base64url').toString('utf8'));
    const expiresAtS = claims === null ? undefined : numberAt(claims, 'exp');
    return expiresAtS !== undefined && now.getTime() < expiresAtS * 1000;
  }

  private sign(content: string): string {
    return createHmac('sha256', this.key).update(content).digest('base64url');
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
