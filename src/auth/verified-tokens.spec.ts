import { VerifiedTokens } from './verified-tokens';

const CALLER = { id: 'oidc:a', scopes: [], workspaceId: null };
const KEYS = {};

describe('a token that was found good', () => {
  it('is known until it expires, and not a moment longer', () => {
    const tokens = new VerifiedTokens();
    tokens.add('token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(tokens.find('token', KEYS, 999)).toBe(CALLER);
    expect(tokens.find('token', KEYS, 1000)).toBeNull();
  });

  it('is not known under any other keys, nor again under those of before', () => {
    const tokens = new VerifiedTokens();
    tokens.add('token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(tokens.find('token', {}, 1)).toBeNull();
    expect(tokens.find('token', KEYS, 1)).toBeNull();
  });

  it('is one of so many at most: the first to come is the first to go', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'c']) tokens.add(token, { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(['a', 'b', 'c'].map((token) => tokens.find(token, KEYS, 1) !== null)).toEqual([false, true, true]);
  });

  it('is kept by its hash alone', () => {
    const tokens = new VerifiedTokens();
    tokens.add('secret-token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect([...(tokens as unknown as { tokens: Map<string, unknown> }).tokens]).toHaveLength(1);
    expect(JSON.stringify([...(tokens as unknown as { tokens: Map<string, unknown> }).tokens])).not.toContain(
      'secret-token',
    );
  });
});
