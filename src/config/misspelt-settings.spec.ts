import { parseSettings } from './settings';

describe('misspelt settings', () => {
  const warningsFor = (variables: Record<string, string>): readonly string[] =>
    parseSettings(variables).warnings;

  it.each([
    ['API_KEY', 'API_KEYS'],
    ['AIRBYTE_URL', 'AIRBYTE_API_URL'],
    ['AIRBYTE_CLIENT_SECRE', 'AIRBYTE_CLIENT_SECRET'],
    ['AIRBYTE_CLEINT_ID', 'AIRBYTE_CLIENT_ID'],
    ['REDIS_URI', 'REDIS_URL'],
    ['rate_limit', 'RATE_LIMIT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['AIRBYTE_TIMEOUT', 'AIRBYTE_TIMEOUT_MS'],
    ['AIRBYTE_CREATE_TIMEOUT_SECONDS', 'AIRBYTE_CREATE_TIMEOUT_MS'],
    ['IDEMPOTENCY_TTL', 'IDEMPOTENCY_TTL_S'],
    ['FEED_INTERVAL', 'FEED_INTERVAL_MS'],
    ['SCHEDULE_MIN_INTERVAL', 'SCHEDULE_MIN_INTERVAL_MINUTES'],
    ['RATE_LIMIT_PER_MINUTE', 'RATE_LIMIT'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
    ['CORS_ALLOWED_ORIGINS', 'CORS_ORIGINS'],
    ['AIRBYTE_SECRET', 'AIRBYTE_CLIENT_SECRET'],
    ['AIRBYTE_INTERNAL_URL', 'AIRBYTE_INTERNAL_API_URL'],
    ['REDIS_HOST', 'REDIS_URL'],
    ['AUTH_OFF', 'AUTH'],
  ])('are named at the start, with the right name and without the value: %s', (name, meant) => {
    expect(warningsFor({ [name]: 'secret' })).toEqual([
      `${name} is not a setting and is ignored: did you mean ${meant}?`,
    ]);
  });

  it.each([
    'HOME',
    'PATH',
    'HOSTNAME',
    'HTTPS_PROXY',
    'AIRBYTE_SERVICE_HOST',
    'AIRBYTE_PORT_80_TCP',
    'AIRBYTE_AIRBYTE_SERVER_SVC_SERVICE_PORT_HTTP',
    'OIDC_PORT_443_TCP_ADDR',
    'NPM_LOG_LEVEL',
    'DATA_LAKE_HOME',
    'REDIS_PORT',
    'PORTS',
  ])('are not taken from the variables of other programs: %s', (name) => {
    expect(warningsFor({ [name]: 'x' })).toEqual([]);
  });

  it.each(['OIDC_CLIENT_ID', 'AIRBYTE_REGION'])(
    'are named without a proposal where no setting is similar: %s',
    (name) => {
      expect(warningsFor({ [name]: 'secret' })).toEqual([
        `${name} is not a setting and is ignored. The file .env.example lists the settings.`,
      ]);
    },
  );

  it('are named beside what stops the start', () => {
    expect(() => parseSettings({ HOST: '0.0.0.0', API_KEY: 'x' })).toThrow('did you mean API_KEYS');
  });
});
