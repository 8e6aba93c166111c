import {
  AirbyteError,
  type AirbyteErrorDetails,
  type AirbyteErrorKind,
} from '../client/model/airbyte-errors';
import { sanitizeErrorId, sanitizeUpstreamMessage } from './upstream-message';

const said = (details: Partial<AirbyteErrorDetails>, kind: AirbyteErrorKind = 'failed'): AirbyteError =>
  new AirbyteError(kind, 'GET /connections: Airbyte answered 500', {
    operation: 'getConnection',
    sent: true,
    status: 500,
    ...details,
  });

const relayed = (upstreamMessage: string): string | null =>
  sanitizeUpstreamMessage(said({ upstreamMessage }));

describe('a message of Airbyte', () => {
  it.each([
    'Something went wrong in the connector.',
    'password authentication failed for user "etl"',
    'The token bucket is empty: slow down',
    'Basic authentication is off; send a Bearer token',
    'key "orders" is not unique',
  ])('is relayed unchanged: %s', (message) => {
    expect(relayed(message)).toBe(message);
  });

  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';
  it.each([
    ['refused: Authorization: Bearer abc.DEF-123_~+/==', 'refused: Authorization: Bearer ***'],
    ['sent basic dXNlcjpwYXNz and', 'sent basic *** and'],
    ['?auth=Bearer%20abc1', '?auth=Bearer%20***'],
    [`the token ${JWT} has expired`, 'the token *** has expired'],
    [`cut off: ${JWT.slice(0, 30)}`, 'cut off: ***'],
    ['{"client_secret":"hunter2","a":1}', '{"client_secret":"***","a":1}'],
    ['{"body":"{\\"apiKey\\": \\"hunter2\\"}"}', '{"body":"{\\"apiKey\\": \\"***\\"}"}'],
    [
      '{"user":"u","Password" : "p w", "access_token":""}',
      '{"user":"u","Password" : "***", "access_token":"***"}',
    ],
  ])('is relayed without credentials: %s', (message, told) => {
    expect(relayed(message)).toBe(told);
  });

  it('is truncated after 2000 characters', () => {
    expect(relayed('x'.repeat(2000))).toBe('x'.repeat(2000));
    expect(relayed('x'.repeat(2001))).toBe(`${'x'.repeat(2000)}…`);
  });

  it.each(['"secret'.repeat(300), '"'.repeat(2000), 'eyJ'.repeat(600), 'bearer '.repeat(300)])(
    'is checked in little CPU time: %#',
    (message) => {
      const before = process.cpuUsage();
      relayed(message);
      // CPU time, unlike real time, does not grow with the load of the machine.
      expect(process.cpuUsage(before).user).toBeLessThan(100_000);
    },
  );

  it.each<[Partial<AirbyteErrorDetails>, AirbyteErrorKind]>([
    [{ operation: 'signIn' }, 'failed'],
    [{ operation: 'signIn' }, 'rate_limited'],
    [{}, 'unauthorized'],
  ])('is not relayed if it concerns the sign-in of the gateway: %j %s', (details, kind) => {
    expect(
      sanitizeUpstreamMessage(said({ ...details, upstreamMessage: 'client_secret hunter2 is wrong' }, kind)),
    ).toBeNull();
  });

  it('has an errorId only if the value has the form of one', () => {
    const uuid = 'd1e2f3a4-0000-4000-8000-000000000001';
    expect(sanitizeErrorId(said({ errorId: uuid }))).toBe(uuid);
    for (const errorId of ['Bearer abc', 'a b', '', 'x'.repeat(65), '{"name":"Orders"}'])
      expect(sanitizeErrorId(said({ errorId }))).toBeNull();
  });
});
