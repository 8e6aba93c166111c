import { createHash, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

/** Airbyte's default lifetime of an application's token. */
export const TOKEN_LIFETIME_S = 900;

const ALGORITHM = 'HS256';
const ISSUER = 'embedded-airbyte';

/** Issues and verifies the bearer tokens of the one application: JWTs signed with a key derived from its secret. */
export class Tokens {
  private readonly key: Buffer;

  constructor(
    private readonly clientId: string,
    private readonly clientSecret: string,
  ) {
    this.key = sha256(`token-signing\n${clientSecret}`);
  }

  /** Whether these are the application's credentials. The comparison takes constant time. */
  accepts(clientId: string, clientSecret: string): boolean {
    const sent = [clientId, clientSecret].map(sha256);
    const own = [this.clientId, this.clientSecret].map(sha256);
    return timingSafeEqual(Buffer.concat(sent), Buffer.concat(own));
  }

  issue(now: Date): Promise<string> {
    const issuedAtS = Math.floor(now.getTime() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(this.clientId)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(issuedAtS + TOKEN_LIFETIME_S)
      .sign(this.key);
  }

  /** Whether a token was issued here and has not expired. */
  async verify(token: string, now: Date): Promise<boolean> {
    try {
      await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['exp'],
        currentDate: now,
      });
      return true;
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
