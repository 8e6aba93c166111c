import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MASK, maskConfiguration, secretsOf } from './mask';
import { Redactor } from './redactor';
import { Vault, VaultError } from './vault';

const SPECIFICATION = {
  properties: {
    host: { type: 'string' },
    either: { oneOf: [{ type: 'string', airbyte_secret: true }, { type: 'null' }] },
    headers: { type: 'object', additionalProperties: { type: 'string', airbyte_secret: true } },
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
  either: 'one of two',
  headers: { authorization: 'Basic 123' },
  pin: 12345,
  keys: ['first-key', 'second-key'],
  tunnel: { method: 'ssh', ssh_line: 'top secret line' },
  password: 'p@ss word',
  tokens_per_minute: null,
  ssl: true,
};

describe('secrets in answers and messages', () => {
  const shown = maskConfiguration(CONFIGURATION, SPECIFICATION);

  it('are masked if the specification marks them, also in alternatives and lists, or if their name is that of a secret', () => {
    expect(shown).toEqual({
      host: 'db.example.com',
      either: MASK,
      headers: { authorization: MASK },
      pin: MASK,
      keys: [MASK, MASK],
      tunnel: { method: 'ssh', ssh_line: MASK },
      password: MASK,
      tokens_per_minute: null,
      ssl: true,
    });
  });

  it('are masked in texts, in plain and in URL-encoded form', () => {
    const secrets = secretsOf(CONFIGURATION, shown);
    const text =
      'postgres://me:p%40ss%20word@db.example.com said: p@ss word, 12345 and top secret line are wrong';
    expect(new Redactor(secrets).redact(text)).toBe(
      `postgres://me:${MASK}@db.example.com said: ${MASK}, ${MASK} and ${MASK} are wrong`,
    );
  });

  it('are masked completely if one contains another, or if they are quoted as JSON', () => {
    expect(new Redactor(['abcdef', 'abcdef-ghi']).redact('it is abcdef-ghi')).toBe(`it is ${MASK}`);
    expect(new Redactor(['a"b\\c-long']).redact(`{"password":${JSON.stringify('a"b\\c-long')}}`)).toBe(
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
  const open = (given: string | null = null, mayMake = true): Vault => Vault.open(folder, given, mayMake);

  it('are encrypted with a key that only its owner can read, and are decrypted with the same key', () => {
    const sealed = open().seal(CONFIGURATION);
    expect(sealed).not.toContain('example');
    expect(sealed).not.toBe(open().seal(CONFIGURATION));
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(open().unseal(sealed)).toEqual(CONFIGURATION);
  });

  it('are refused with the name of the key file if the key is different or invalid', () => {
    const sealed = open().seal(CONFIGURATION);
    rmSync(join(folder, 'secret.key'));
    expect(() => open().unseal(sealed)).toThrow(VaultError);
    writeFileSync(join(folder, 'secret.key'), 'short', { mode: 0o600 });
    expect(() => open()).toThrow('secret.key does not contain a key');
  });

  it('are encrypted with the key of the settings, without a key file', () => {
    const [key, other] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    const sealed = open(key).seal(CONFIGURATION);
    expect(existsSync(join(folder, 'secret.key'))).toBe(false);
    expect(open(key).unseal(sealed)).toEqual(CONFIGURATION);
    expect(() => open(other).unseal(sealed)).toThrow('DATA_KEY is not the key that encrypted it');
    // The content of a key file is also valid as a setting.
    const fromFile = open().seal(CONFIGURATION);
    const content = readFileSync(join(folder, 'secret.key'), 'utf8');
    rmSync(join(folder, 'secret.key'));
    expect(open(content).unseal(fromFile)).toEqual(CONFIGURATION);
  });

  it('do not get a new key while some are encrypted with the missing key', () => {
    expect(() => open(null, false)).toThrow('secret.key is missing');
    expect(existsSync(join(folder, 'secret.key'))).toBe(false);
  });

  it('are not decrypted with a key file that other users may read', () => {
    open();
    chmodSync(join(folder, 'secret.key'), 0o644);
    expect(() => open()).toThrow('(mode 644). Run chmod 600 on it');
  });

  it('in plain text, from an older version, are still read', () => {
    expect(open().unseal('{"a":1}')).toEqual({ a: 1 });
  });
});
