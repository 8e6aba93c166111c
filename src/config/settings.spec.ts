import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSettings } from './settings';
import { complaintsOf } from '../../test/support/settings-complaints';

const HASH = 'a'.repeat(64);

describe('parseSettings', () => {
  it('gives every documented default when nothing is set', () => {
    expect(parseSettings({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      airbyte: {
        apiUrl: null,
        disablesFailing: false,
        credentials: { kind: 'none' },
        workspaceId: null,
        timeoutMs: 10_000,
        createTimeoutMs: 300_000,
        startTimeoutMs: 120_000,
        maxConcurrency: 3,
        maxCreates: 2,
        maxStarts: 2,
        maxQueue: 1000,
        usesInternalApi: true,
        internalApiUrl: null,
      },
      statusMaxAgeMs: 1000,
      mirror: {
        feedIntervalMs: 2000,
        connectionMaxAgeMs: 15_000,
        staleIfErrorMs: 300_000,
        maxConnections: 20_000,
      },
      events: {
        storage: 'sqlite',
        offReason: null,
        upstreamId: 'embedded',
        retentionMs: 604_800_000,
      },
      webhooks: { offReason: null, allowedHosts: [] },
      metrics: { port: null, allowedHosts: ['localhost', '127.0.0.1', '[::1]'], maxSeries: 200_000 },
      tracing: { endpoint: null, serviceName: 'airbyte-ingestion-api' },
      servesUi: true,
      freshness: null,
      scheduleMinIntervalMinutes: 1,
      missedRunToleranceMinutes: 30,
      apiKeys: [],
      reloadsApiKeys: false,
      oidc: null,
      authOff: false,
      trustedProxies: [],
      corsOrigins: [],
      allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
      rateLimit: 6000,
      idempotencyTtlS: 86_400,
      idempotencyDoubtMs: 900_000,
      redisUrl: null,
      pageTokenKey: null,
      notificationToken: null,
      logLevel: 'info',
      readyWithoutAirbyte: false,
      dataDir: './data',
      dataKey: null,
      emptyOverwrite: 'warn',
      warnings: [],
    });
  });

  it('takes an empty setting for an unset one', () => {
    const empty = {
      AIRBYTE_API_URL: '',
      PORT: ' ',
      AIRBYTE_CLIENT_ID: '',
      AUTH: '',
      LOG_LEVEL: '',
      REDIS_URL: '',
    };
    expect(parseSettings(empty)).toEqual(parseSettings({}));
  });

  it('freezes what it gives, members of members too', () => {
    const settings = parseSettings({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.airbyte)).toBe(true);
  });

  it('drops trailing slashes of the base URL, so that paths can be put behind it', () => {
    expect(parseSettings({ AIRBYTE_API_URL: 'http://airbyte:8000/api/public/v1//' }).airbyte.apiUrl).toBe(
      'http://airbyte:8000/api/public/v1',
    );
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '3000x'],
    ['AIRBYTE_TIMEOUT_MS', '-1'],
    ['AIRBYTE_API_URL', 'airbyte:8000'],
    ['AIRBYTE_API_URL', 'ftp://airbyte'],
    ['AIRBYTE_API_URL', 'http://user:hidden@airbyte/api/public/v1'],
    ['AIRBYTE_API_URL', 'http://airbyte/api/public/v1?hidden=1'],
    ['OIDC_ISSUER', 'https://issuer.example/#hidden'],
    ['FRESHNESS', '6h'],
    ['LOG_LEVEL', 'loud'],
    ['AUTH', 'none'],
    ['RATE_LIMIT', 'many'],
    ['REDIS_URL', 'http://redis'],
    ['DATA_KEY', 'c2hvcnQ='],
    ['PAGE_TOKEN_KEY', 'c2hvcnQ='],
    ['EMPTY_OVERWRITE', 'off'],
    ['DATA_KEY', `${Buffer.alloc(32, 7).toString('base64')}!`],
    ['API_KEYS', 'me:everything:abc'],
  ])('names %s and not its content when it is unusable', (name, value) => {
    const complaints = complaintsOf({ [name]: value });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(name);
    expect(complaints[0]).not.toContain(value);
  });

  it('names every unusable setting in one start', () => {
    expect(complaintsOf({ PORT: 'x', LOG_LEVEL: 'y', AUTH: 'z' })).toHaveLength(3);
  });

  it.each([
    [{ AIRBYTE_CLIENT_ID: 'id', AIRBYTE_CLIENT_SECRET: 'secret' }, 'client'],
    [{ AIRBYTE_TOKEN: 'token' }, 'token'],
    [{ AIRBYTE_USERNAME: 'airbyte', AIRBYTE_PASSWORD: 'password' }, 'basic'],
  ])('signs in with %o as %s', (variables, kind) => {
    expect(parseSettings(variables).airbyte.credentials.kind).toBe(kind);
  });

  it.each([
    [{ AIRBYTE_CLIENT_ID: 'id' }, 'AIRBYTE_CLIENT_SECRET must be set'],
    [{ AIRBYTE_PASSWORD: 'p' }, 'AIRBYTE_USERNAME must be set'],
    [{ AIRBYTE_TOKEN: 't', AIRBYTE_USERNAME: 'u', AIRBYTE_PASSWORD: 'p' }, 'three authentication methods'],
    [{ AIRBYTE_MAX_CREATES: '5' }, 'AIRBYTE_MAX_CREATES must not be larger'],
    [{ OIDC_ISSUER: 'https://issuer' }, 'OIDC_AUDIENCE must be set'],
  ])('refuses %o, which does not go together', (variables, complaint) => {
    expect(complaintsOf(variables).join()).toContain(complaint);
  });

  it('reads keys with several scopes and with a workspace', () => {
    const keys = `etl:ingestion:read+ingestion:write:${HASH}, bi:ingestion:read:${'B'.repeat(64)}:ws-1`;
    expect(parseSettings({ API_KEYS: keys }).apiKeys).toEqual([
      { name: 'etl', scopes: ['ingestion:read', 'ingestion:write'], sha256: HASH, workspaceId: null },
      { name: 'bi', scopes: ['ingestion:read'], sha256: 'b'.repeat(64), workspaceId: 'ws-1' },
    ]);
  });

  it('reads the proxies that are trusted, by address and by network', () => {
    const proxies = ['10.0.0.0/8', '::1', 'fd00::/8', '192.0.2.1/32'];
    expect(parseSettings({ TRUSTED_PROXIES: proxies.join(' , ') }).trustedProxies).toEqual(proxies);
  });

  it.each([
    'proxy.internal',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.1/',
    '10.0.0.0/8/8',
    'true',
    '*',
    '1',
  ])('trusts no proxy that is %s', (entry) => {
    const complaints = complaintsOf({ TRUSTED_PROXIES: `::1,${entry}` });
    expect(complaints).toEqual([expect.stringMatching(/^TRUSTED_PROXIES entry 2 /)]);
    expect(complaints.join()).not.toContain(entry.padEnd(2));
  });

  it('reads the origins whose pages may call, as browsers write them', () => {
    const origins = ['https://app.example.com', 'http://localhost:5173', 'http://[::1]:8080'];
    expect(parseSettings({ CORS_ORIGINS: origins.join(' , ') }).corsOrigins).toEqual(origins);
    expect(parseSettings({ CORS_ORIGINS: '' }).corsOrigins).toEqual([]);
  });

  it.each([
    '*',
    'null',
    'pages.internal',
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'https://user@app.example.com',
    'https://*.example.com',
    'ftp://app.example.com',
    'file:///secret',
  ])('lets no page call from %s, which no browser would name so', (entry) => {
    const complaints = complaintsOf({ CORS_ORIGINS: `https://a.example,${entry}` });
    expect(complaints).toEqual([expect.stringMatching(/^CORS_ORIGINS entry 2 /)]);
    expect(complaints.join()).not.toContain(entry.padEnd(2));
  });

  it('refuses one key for two callers: who came could not be told', () => {
    const keys = `a:ingestion:read:${HASH},b:ingestion:read:${'b'.repeat(64)},c:ingestion:write:${HASH}`;
    expect(complaintsOf({ API_KEYS: keys })).toEqual(['API_KEYS entry 3 has the key of another entry']);
  });

  describe('serving beyond loopback', () => {
    it.each(['0.0.0.0', '::', '10.0.0.7', 'gateway.internal'])(
      'is refused on %s when nobody has to sign in',
      (HOST) => {
        expect(complaintsOf({ HOST }).join()).toContain('AUTH=off');
      },
    );

    it.each(['127.0.0.1', 'localhost', '::1'])('is not what happens on %s', (HOST) => {
      expect(complaintsOf({ HOST })).toEqual([]);
    });

    it('is allowed with AUTH=off and with callers', () => {
      expect(complaintsOf({ HOST: '0.0.0.0', AUTH: 'off' })).toEqual([]);
      expect(complaintsOf({ HOST: '0.0.0.0', API_KEYS: `a:ingestion:read:${HASH}` })).toEqual([]);
    });

    it('refuses AUTH=off beside callers: one of the two must be a mistake', () => {
      expect(complaintsOf({ AUTH: 'off', API_KEYS: `a:ingestion:read:${HASH}` }).join()).toContain('AUTH');
    });
  });
});

describe('page tokens', () => {
  const replica = { REDIS_URL: 'redis://redis:6379', AIRBYTE_API_URL: 'http://airbyte/api/public/v1' };

  it('of replicas without a common secret are warned about', () => {
    expect(parseSettings(replica).warnings.join()).toContain('set PAGE_TOKEN_KEY');
  });

  it.each([
    ['a key', { PAGE_TOKEN_KEY: Buffer.alloc(32, 7).toString('base64') }],
    ['credentials for Airbyte', { AIRBYTE_TOKEN: 'token' }],
    ['one process', { REDIS_URL: '' }],
  ])('are not warned about with %s', (_, settings) => {
    expect(parseSettings({ ...replica, ...settings }).warnings).toEqual([]);
  });
});

describe('ALLOWED_HOSTS', () => {
  const hostsFor = (variables: Record<string, string>): readonly string[] | null =>
    parseSettings(variables).allowedHosts;

  it('has the loopback names on loopback without callers, and every name elsewhere', () => {
    expect(hostsFor({ HOST: '127.0.0.2' })).toEqual(['localhost', '127.0.0.1', '[::1]', '127.0.0.2']);
    expect(hostsFor({ API_KEYS: `a:ingestion:read:${HASH}` })).toBeNull();
    expect(hostsFor({ HOST: '0.0.0.0', AUTH: 'off' })).toBeNull();
  });

  it('takes names and addresses without a port, or * for every name', () => {
    expect(hostsFor({ ALLOWED_HOSTS: 'API.example.com, [::1]' })).toEqual(['api.example.com', '[::1]']);
    expect(hostsFor({ ALLOWED_HOSTS: '*' })).toBeNull();
    for (const wrong of ['http://a', 'a:80', 'a b', '*.a.com', '-a-'])
      expect(complaintsOf({ ALLOWED_HOSTS: wrong })).toHaveLength(1);
  });
});

describe('.env.example and docker-compose.yml', () => {
  const ROOT = join(__dirname, '..', '..');
  const file = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
  const names = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map((m) => m[1] ?? '');

  /** Returns the names of all variables that are read. */
  function namesRead(): string[] {
    const asked = new Set<string>();
    parseSettings(
      new Proxy<Record<string, string>>({}, { get: (_, name) => (asked.add(String(name)), undefined) }),
    );
    return [...asked].sort();
  }

  /** Settings that name a file instead of a secret. */
  const fileNames = namesRead().filter((name) => name.endsWith('_FILE'));
  const settingNames = namesRead().filter((name) => !fileNames.includes(name));

  it('name every setting that is read, and none that is not', () => {
    expect(names(file('.env.example'), /^#?([A-Z_]+)=/gm).sort()).toEqual(settingNames);
  });

  it('name every secret that can be read from a file', () => {
    expect(names(file('.env.example'), /^# {3}([A-Z_]+_FILE)$/gm).sort()).toEqual(fileNames);
  });

  it('hand every setting to the container but those that the image fixes', () => {
    const handed = names(file('docker-compose.yml'), /^ {6}([A-Z_]+):/gm);
    expect([...handed, 'DATA_DIR', 'HOST', 'PORT'].sort()).toEqual(settingNames);
  });
});
