import { parseSettings } from './settings';

describe('events', () => {
  const AIRBYTE_API_URL = 'http://airbyte:8000/api/public/v1';
  const storageOf = (variables: Record<string, string>): unknown => parseSettings(variables).events.storage;

  it.each([
    [{ AIRBYTE_API_URL }, null],
    [{ AIRBYTE_API_URL, DATA_DIR: '/data' }, 'sqlite'],
    [{ AIRBYTE_API_URL, DATA_DIR: '/data', REDIS_URL: 'redis://redis' }, 'redis'],
    [{ REDIS_URL: 'redis://redis' }, 'redis'],
    [{ REDIS_URL: 'redis://redis', FEED_INTERVAL_MS: '0' }, null],
  ])('of %j are kept in %s', (variables, storage) => {
    expect(storageOf(variables)).toBe(storage);
  });

  it('of each Airbyte have a log of their own', () => {
    const ids = ['http://a/api', 'http://b/api', 'http://a/api/'].map(
      (url) => parseSettings({ AIRBYTE_API_URL: url }).events.upstreamId,
    );
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
