import { internalUrlOf } from './internal-url';

it.each([
  ['http://host:8000/api/public/v1', 'http://host:8000/api/v1'],
  ['https://proxy.example/airbyte/api/public/v1', 'https://proxy.example/airbyte/api/v1'],
  ['https://api.airbyte.com/v1', 'https://api.airbyte.com/api/v1'],
])('the internal API of %s is at %s', (apiUrl, expected) => {
  expect(internalUrlOf({ apiUrl, internalApiUrl: null })).toBe(expected);
});

it('an address that is set is used as it is', () => {
  const internalApiUrl = 'https://cloud.airbyte.com/api/v1';
  expect(internalUrlOf({ apiUrl: 'https://api.airbyte.com/v1', internalApiUrl })).toBe(internalApiUrl);
});
