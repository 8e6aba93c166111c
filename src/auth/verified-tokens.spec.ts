import { inspect } from 'node:util';
import { VerifiedTokens } from './verified-tokens';

const CALLER = { id: 'oidc:a', scopes: [], workspaceId: null };
const KEYS = {};

describe('a verified token', () => {
  it('is cached until it expires', () => {
    const tokens = new VerifiedTokens();
    tokens.add('token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(tokens.find('token', KEYS, 999)).toBe(CALLER);
    expect(tokens.find('token', KEYS, 1000)).toBeNull();
  });

  it('is not cached for other keys, nor for the previous keys after a change', () => {
    const tokens = new VerifiedTokens();
    tokens.add('token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(tokens.find('token', {}, 1)).toBeNull();
    expect(tokens.find('token', KEYS, 1)).toBeNull();
  });

  it('is evicted first if it was added first', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'c']) tokens.add(token, { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    expect(['a', 'b', 'c'].map((token) => tokens.find(token, KEYS, 1) !== null)).toEqual([false, true, true]);
  });

  it('is stored as a hash only', () => {
    const tokens = new VerifiedTokens();
    tokens.add('secret-token', { caller: CALLER, expiresAtMs: 1000, keys: KEYS });
    const content = inspect(tokens, { depth: null, showHidden: true });
    expect(content).toContain(CALLER.id);
    expect(content).not.toContain('secret-token');
  });
});
