import { Logger } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { clockOf } from '../../test/support/clock';
import { TestIssuer } from '../../test/support/issuer';
import { ProblemException } from '../api/problem/problem.exception';
import { ApiKeyRing } from './api-keys';
import { Authenticator } from './authenticator';
import { OidcVerifier } from './oidc-verifier';
import { callerOf } from './token-claims';

const KEY = randomBytes(32).toString('hex');
const SHA256 = createHash('sha256').update(KEY).digest('hex');
const ring = new ApiKeyRing([
  { name: 'other', scopes: [], sha256: 'b'.repeat(64), workspaceId: null },
  { name: 'etl', scopes: ['ingestion:read'], sha256: SHA256, workspaceId: 'ws-1' },
  { name: 'last', scopes: [], sha256: 'c'.repeat(64), workspaceId: null },
]);

async function problemOf(call: () => unknown): Promise<ProblemException> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ProblemException) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('API keys', () => {
  const authenticator = new Authenticator(ring, null);
  const etl = { id: 'key:etl', scopes: ['ingestion:read'], workspaceId: 'ws-1' };

  it.each([
    ['X-API-Key', { 'x-api-key': KEY }],
    ['Authorization: Bearer', { authorization: `Bearer ${KEY}` }],
    ['any spelling of the scheme', { authorization: `bEARER  ${KEY}` }],
    [
      'X-API-Key beside what a proxy put into Authorization',
      { authorization: 'Basic eDp5', 'x-api-key': KEY },
    ],
  ])('are read from %s', async (_name, headers) => {
    expect(await authenticator.identify(headers)).toEqual(etl);
  });

  it('of the same name are one caller, so that a key can be rotated', () => {
    const old = { name: 'etl', scopes: [], sha256: 'd'.repeat(64), workspaceId: null };
    const rotating = new ApiKeyRing([old, { ...old, sha256: SHA256 }]);
    expect(rotating.find(KEY)?.id).toBe('key:etl');
  });

  it.each([
    ['a wrong key', { 'x-api-key': `${KEY.slice(1)}0` }, 'error="invalid_token"'],
    ['the hash instead of the key', { 'x-api-key': SHA256 }, 'error="invalid_token"'],
    ['an empty key', { 'x-api-key': '' }, 'error="invalid_token"'],
    ['another scheme', { authorization: `Basic ${KEY}` }, 'error="invalid_token"'],
    ['a token where no issuer is set', { authorization: 'Bearer a.b.c' }, 'error="invalid_token"'],
    ['nothing', {}, 'Bearer realm="airbyte-ingestion-api"'],
  ])('refuse %s with a challenge', async (_name, headers, challenge) => {
    const problem = await problemOf(() => authenticator.identify(headers));
    expect(problem.code).toBe('unauthenticated');
    expect(problem.extras.headers?.['www-authenticate']).toContain(challenge);
    expect(JSON.stringify([problem.detail, problem.extras.headers])).not.toContain(KEY.slice(1));
  });

  it('that are missing cause a challenge without an error code (RFC 6750, section 3.1)', async () => {
    const problem = await problemOf(() => authenticator.identify({}));
    expect(problem.extras.headers?.['www-authenticate']).not.toContain('error');
  });
});

describe('claims', () => {
  it.each([
    [{ scope: 'ingestion:read openid' }, ['ingestion:read', 'openid']],
    [{ scp: 'ingestion:read' }, ['ingestion:read']],
    [{ scp: ['ingestion:read', 7, 'ingestion:write'] }, ['ingestion:read', 'ingestion:write']],
    [{ scope: 'a', scp: ['b'] }, ['a', 'b']],
    [{ scope: { admin: true } }, []],
    [{}, []],
  ])('%o give the scopes %j', (claims, scopes) => {
    expect(callerOf({ sub: 's', ...claims }, null).scopes).toEqual(scopes);
  });

  it('limit the caller to their workspace', () => {
    expect(callerOf({ sub: 's', ws: 'ws-1' }, 'ws').workspaceId).toBe('ws-1');
    expect(callerOf({ sub: 's', ws: 'ws-1' }, null).workspaceId).toBeNull();
  });

  it.each([{}, { ws: '' }, { ws: ['ws-1'] }, { ws: null }])(
    'that name no workspace where they must are refused: %j',
    async (claims) => {
      expect((await problemOf(() => callerOf({ sub: 's', ...claims }, 'ws'))).code).toBe('not-permitted');
    },
  );
});

describe('tokens', () => {
  let issuer: TestIssuer;
  let now: Date;
  let verifier: OidcVerifier;

  beforeEach(async () => {
    issuer = await TestIssuer.start();
    now = new Date();
    const settings = { issuer: issuer.url, audience: 'gateway', workspaceClaim: null };
    verifier = new OidcVerifier(
      settings,
      clockOf(() => now),
      0,
    );
  });
  afterEach(() => issuer.close());

  const reasonOf = async (token: string): Promise<string> => {
    const problem = await problemOf(() => verifier.verify(token));
    return `${problem.status}: ${problem.detail}`;
  };

  it('of the issuer are accepted, and its keys are fetched once', async () => {
    const token = await issuer.token({ scope: 'ingestion:read' });
    const callers = await Promise.all([verifier.verify(token), verifier.verify(token)]);
    expect(callers[1]).toEqual({ id: 'oidc:service-a', scopes: ['ingestion:read'], workspaceId: null });
    await verifier.verify(token);
    expect(issuer.keyFetches).toBe(1);
  });

  it('are verified once while the keys of the issuer do not change', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    const caller = await verifier.verify(token);
    expect(await verifier.verify(token)).toBe(caller);
    expect(await verifier.verify(await issuer.token({ jti: 'another' }))).not.toBe(caller);
  });

  it('that were verified are refused as soon as their key is withdrawn', async () => {
    const token = await issuer.token();
    for (let times = 0; times < 3; times++) await verifier.verify(token);
    await issuer.rotate('second');
    await verifier.verify(await issuer.token());
    expect(await reasonOf(token)).toMatch(/^401: .*does not publish/);
  });

  it('that were verified are refused after their expiry', async () => {
    const token = await issuer.token();
    for (let times = 0; times < 3; times++) await verifier.verify(token);
    now = new Date(Date.now() + 92_000);
    expect(await reasonOf(token)).toBe('401: The token has expired.');
  });

  it('signed with a new key are accepted after a rotation, and those of the old key are refused', async () => {
    const before = await issuer.token();
    await verifier.verify(before);
    await issuer.rotate('second', 'RS256');
    expect((await verifier.verify(await issuer.token())).id).toBe('oidc:service-a');
    expect(await reasonOf(before)).toMatch(/^401: .*does not publish/);
  });

  it('are accepted up to 30 s after their expiry', async () => {
    const token = await issuer.token();
    const expiresAtMs = (Math.floor(Date.now() / 1000) + 60) * 1000;
    now = new Date(expiresAtMs + 28_000);
    expect((await verifier.verify(token)).id).toBe('oidc:service-a');
    now = new Date(expiresAtMs + 32_000);
    expect(await reasonOf(token)).toBe('401: The token has expired.');
  });

  it.each([
    ['another audience', { aud: 'somebody else' }, 'aud'],
    ['another issuer', { iss: 'https://evil.example' }, 'iss'],
    ['not yet valid', { nbf: 9_999_999_999 }, 'nbf'],
    ['no end', { exp: undefined }, 'exp'],
    ['no subject', { sub: undefined }, 'sub'],
  ])('are refused for %s', async (_name, claims, claim) => {
    expect(await reasonOf(await issuer.token(claims))).toBe(`401: The token's claim ${claim} does not hold.`);
  });

  it('without a signature, or signed with a public secret, are refused', async () => {
    const claims = { iss: issuer.url, aud: 'gateway', sub: 'me', exp: 9_999_999_999 };
    expect(await reasonOf(`${new UnsecuredJWT(claims).encode()}x`)).toMatch(/^401/);
    const secret = new TextEncoder().encode('x'.repeat(32));
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expect(await reasonOf(forged)).toBe('401: The token is not valid.');
  });

  it('signed with the public key as an HMAC secret are refused', async () => {
    const [key] = issuer.jwks();
    const secret = new TextEncoder().encode(JSON.stringify(key).padEnd(32));
    const claims = { iss: issuer.url, aud: 'gateway', sub: 'root', exp: 9_999_999_999 };
    const header = { alg: 'HS256', kid: key?.kid ?? '' };
    expect(await reasonOf(await new SignJWT(claims).setProtectedHeader(header).sign(secret))).toMatch(/^401/);
  });

  it('that contain their own key are refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const claims = { iss: issuer.url, aud: 'gateway', sub: 'root', exp: 9_999_999_999 };
    const own = { jwk: await exportJWK(publicKey), jku: `${issuer.url}/own`, x5u: `${issuer.url}/own` };
    const header = { alg: 'ES256', kid: 'first', ...own };
    expect(await reasonOf(await new SignJWT(claims).setProtectedHeader(header).sign(privateKey))).toMatch(
      /^401/,
    );
  });

  it.each([{ exp: undefined }, { sub: undefined }, { sub: '' }, { exp: '9999999999' }])(
    'that leave out what they must say are refused: %j',
    async (claims) => {
      expect(await reasonOf(await issuer.token(claims))).toMatch(/^401/);
    },
  );

  it('are accepted if one of several audiences matches', async () => {
    expect((await verifier.verify(await issuer.token({ aud: ['other', 'gateway'] }))).id).toBe(
      'oidc:service-a',
    );
  });

  it('with unknown keys do not cause a request to the issuer for each token', async () => {
    const settings = { issuer: issuer.url, audience: 'gateway', workspaceClaim: null };
    const patient = new OidcVerifier(
      settings,
      clockOf(() => now),
    );
    await patient.verify(await issuer.token());
    const { privateKey } = await generateKeyPair('ES256');
    const claims = { iss: issuer.url, aud: 'gateway', sub: 'root', exp: 9_999_999_999 };
    for (let i = 0; i < 50; i++) {
      const header = { alg: 'ES256', kid: `unknown-${i}` };
      const forged = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      await expect(patient.verify(forged)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(issuer.keyFetches).toBe(1);
  });

  it('that were modified are refused', async () => {
    const [head = '', , signature = ''] = (await issuer.token()).split('.');
    const claims = Buffer.from(JSON.stringify({ iss: issuer.url, aud: 'gateway', sub: 'root', exp: 9e9 }));
    expect(await reasonOf(`${head}.${claims.toString('base64url')}.${signature}`)).toMatch(/^401/);
  });

  it('are answered with 503 while the issuer fails, and accepted soon after it recovers', async () => {
    issuer.isBroken = true;
    const token = await issuer.token();
    expect(await reasonOf(token)).toMatch(/^503/);
    issuer.isBroken = false;
    expect(await reasonOf(token)).toMatch(/^503/);
    now = new Date(now.getTime() + 5001);
    expect((await verifier.verify(token)).id).toBe('oidc:service-a');
  });

  it('cause one log line when the issuer fails and one when it recovers', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    issuer.isBroken = true;
    const token = await issuer.token();
    for (let tries = 0; tries < 3; tries++) {
      await reasonOf(token);
      now = new Date(now.getTime() + 5001);
    }
    issuer.isBroken = false;
    await verifier.verify(token);
    await verifier.verify(token);
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('answered with 500'),
      expect.stringContaining('again'),
    ]);
    warn.mockRestore();
  });

  it('are accepted from an issuer whose name ends with a slash', async () => {
    const slashed = { issuer: `${issuer.url}/`, audience: 'gateway', workspaceClaim: null };
    expect(
      (
        await new OidcVerifier(
          slashed,
          clockOf(() => now),
        ).verify(await issuer.token())
      ).id,
    ).toBe('oidc:service-a');
  });

  it('are refused if the metadata names another issuer', async () => {
    const other = {
      issuer: issuer.url.replace('127.0.0.1', 'localhost'),
      audience: 'gateway',
      workspaceClaim: null,
    };
    const problem = await problemOf(async () =>
      new OidcVerifier(
        other,
        clockOf(() => now),
      ).verify(await issuer.token()),
    );
    expect(problem.code).toBe('sign-in-unavailable');
  });
});
