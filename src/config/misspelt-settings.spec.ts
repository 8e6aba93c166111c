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
    'REDIS_PORT',
    'PORTS',
  ])('are not taken from the variables of other programs: %s', (name) => {
    expect(warningsFor({ [name]: 'x' })).toEqual([]);
  });

  it('are named beside what stops the start', () => {
    expect(() => parseSettings({ HOST: '0.0.0.0', API_KEY: 'x' })).toThrow('did you mean API_KEYS');
  });
});
