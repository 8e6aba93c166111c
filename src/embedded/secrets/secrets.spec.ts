import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MASK, maskConfiguration, redact, secretsOf } from './mask';
import { Vault, VaultError } from './vault';

const SPECIFICATION = {
  properties: {
    host: { type: 'string' },
    pin: { type: 'integer', airbyte_secret: true },
    keys: { type: 'array', items: { type: 'string', airbyte_secret: true } },
    tunnel: {
      oneOf: [
        { properties: { method: { const: 'none' } } },
        { properties: { method: { const: 'ssh' }, ssh_line: { type: 'string', airbyte_secret: true } } },
      ],
    },
  },
};

const CONFIGURATION = {
  host: 'db.example.com',
  pin: 12345,
  keys: ['first-key', 'second-key'],
  tunnel: { method: 'ssh', ssh_line: 'top secret line' },
  password: 'p@ss word',
  tokens_per_minute: null,
  ssl: true,
};

describe('secrets in what is shown', () => {
  const shown = maskConfiguration(CONFIGURATION, SPECIFICATION);

  it('are masked where the specification marks them, in alternatives and lists too, or where they are named so', () => {
    expect(shown).toEqual({
      host: 'db.example.com',
      pin: MASK,
      keys: [MASK, MASK],
      tunnel: { method: 'ssh', ssh_line: MASK },
      password: MASK,
      tokens_per_minute: null,
      ssl: true,
    });
  });

  it('are taken out of texts, as they stand and as a URL spells them', () => {
    const secrets = secretsOf(CONFIGURATION, shown);
    const text =
      'postgres://me:p%40ss%20word@db.example.com said: p@ss word, 12345 and top secret line are wrong';
    expect(redact(text, secrets)).toBe(
      `postgres://me:${MASK}@db.example.com said: ${MASK}, ${MASK} and ${MASK} are wrong`,
    );
  });

  it('leave nothing of a secret that holds another one, nor of one that is quoted as JSON', () => {
    expect(redact('it is abcdef-ghi', ['abcdef', 'abcdef-ghi'])).toBe(`it is ${MASK}`);
    expect(redact(`{"password":${JSON.stringify('a"b\\c-long')}}`, ['a"b\\c-long'])).toBe(
      `{"password":"${MASK}"}`,
    );
  });
});

describe('secrets on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vault-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are encrypted with a key that only its owner can read, and come back with the same key', () => {
    const sealed = Vault.open(folder).seal(CONFIGURATION);
    expect(sealed).not.toContain('example');
    expect(sealed).not.toBe(Vault.open(folder).seal(CONFIGURATION));
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(Vault.open(folder).unseal(sealed)).toEqual(CONFIGURATION);
  });

  it('are refused by name when the key is another one, or is none', () => {
    const sealed = Vault.open(folder).seal(CONFIGURATION);
    rmSync(join(folder, 'secret.key'));
    expect(() => Vault.open(folder).unseal(sealed)).toThrow(VaultError);
    writeFileSync(join(folder, 'secret.key'), 'short');
    expect(() => Vault.open(folder)).toThrow('secret.key holds no key');
  });

  it('were once plain text, which is still read', () => {
    expect(Vault.open(folder).unseal('{"a":1}')).toEqual({ a: 1 });
  });
});
