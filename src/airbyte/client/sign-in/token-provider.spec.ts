import { TokenProvider } from './token-provider';
import type { AccessToken } from '../model/response-parsers';

const patiently = (signingIn: Promise<string>): Promise<string> => signingIn;

describe('token provider', () => {
  const start = Date.parse('2026-01-15T02:00:00Z');

  function providerOf(...tokens: (AccessToken | Error)[]): {
    provider: TokenProvider;
    pass: (ms: number) => void;
    signIns: () => number;
  } {
    let time = start;
    let count = 0;
    const signIn = (): Promise<AccessToken> => {
      const token = tokens[Math.min(count++, tokens.length - 1)];
      return token instanceof Error || token === undefined
        ? Promise.reject(token ?? new Error())
        : Promise.resolve(token);
    };
    const pass = (ms: number): void => {
      time += ms;
    };
    return {
      provider: new TokenProvider(signIn, { now: () => new Date(time), monotonicMs: () => time }),
      pass,
      signIns: () => count,
    };
  }

  function jwt(claims: object): string {
    return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
  }

  const startS = start / 1000;

  it.each([
    ['expires_in alone', { accessToken: 'opaque', expiresInS: 900 }, 720_000],
    [
      'an expires_in that promises too much',
      { accessToken: jwt({ exp: startS + 180 }), expiresInS: 900 },
      144_000,
    ],
    ['an exp beyond expires_in', { accessToken: jwt({ exp: startS + 900 }), expiresInS: 180 }, 144_000],
    [
      'a clock far from ours, by the token’s own iat',
      { accessToken: jwt({ iat: 1000, exp: 1900 }), expiresInS: null },
      720_000,
    ],
    ['nothing known', { accessToken: 'a.b.c', expiresInS: null }, 144_000],
    ['a short life: at least 30 s early', { accessToken: 'opaque', expiresInS: 100 }, 70_000],
    ['a very short life: half of it', { accessToken: 'opaque', expiresInS: 20 }, 10_000],
  ])('is renewed early, while calls go on with the old one: %s', async (_name, token, usableMs) => {
    const { provider, pass, signIns } = providerOf(token, { accessToken: 'new', expiresInS: 900 });
    await provider.header(patiently);
    pass(usableMs - 1);
    expect(await provider.header(patiently)).toBe(`Bearer ${token.accessToken}`);
    expect(signIns()).toBe(1);
    pass(1);
    expect(await provider.header(patiently)).toBe(`Bearer ${token.accessToken}`);
    await new Promise(setImmediate);
    expect(await provider.header(patiently)).toBe('Bearer new');
    expect(signIns()).toBe(2);
  });

  it('a renewal that fails is tried again later, and concerns nobody until the token ends', async () => {
    const { provider, pass, signIns } = providerOf({ accessToken: 'a', expiresInS: 900 }, new Error('down'));
    await provider.header(patiently);
    pass(720_000);
    for (let calls = 0; calls < 3; calls++) {
      expect(await provider.header(patiently)).toBe('Bearer a');
      await new Promise(setImmediate);
    }
    expect(signIns()).toBe(2);
    pass(5_000);
    expect(await provider.header(patiently)).toBe('Bearer a');
    expect(signIns()).toBe(3);
    pass(180_000);
    await expect(async () => provider.header(patiently)).rejects.toThrow('down');
  });

  it('one sign-in for all who wait, failures included, and a new one afterwards', async () => {
    const { provider, signIns } = providerOf(new Error('down'), { accessToken: 'a', expiresInS: 900 });
    const failed = await Promise.allSettled([1, 2, 3].map(async () => provider.header(patiently)));
    expect(failed.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(signIns()).toBe(1);
    expect(await provider.header(patiently)).toBe('Bearer a');
    expect(signIns()).toBe(2);
  });

  it('forgets the token that was refused, and no newer one', async () => {
    const { provider, signIns } = providerOf(
      { accessToken: 'a', expiresInS: 900 },
      { accessToken: 'b', expiresInS: 900 },
    );
    const refused = await provider.header(patiently);
    provider.invalidate(refused);
    expect(await provider.header(patiently)).toBe('Bearer b');
    provider.invalidate(refused);
    expect(await provider.header(patiently)).toBe('Bearer b');
    expect(signIns()).toBe(2);
  });
});
