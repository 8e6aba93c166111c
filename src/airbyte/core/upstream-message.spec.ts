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

describe('of what Airbyte says', () => {
  it.each([
    'Something went wrong in the connector.',
    'password authentication failed for user "etl"',
    'The token bucket is empty: slow down',
    'Basic authentication is off; send a Bearer token',
    'key "orders" is not unique',
  ])('a caller is told, word by word: %s', (message) => {
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
  ])('a caller is not told credentials: %s', (message, told) => {
    expect(relayed(message)).toBe(told);
  });

  it('a caller is told 2000 characters at most', () => {
    expect(relayed('x'.repeat(2000))).toBe('x'.repeat(2000));
    expect(relayed('x'.repeat(2001))).toBe(`${'x'.repeat(2000)}…`);
  });

  it.each(['"secret'.repeat(300), '"'.repeat(2000), 'eyJ'.repeat(600), 'bearer '.repeat(300)])(
    'nothing takes long to look through: %#',
    (message) => {
      const before = process.cpuUsage();
      relayed(message);
      // Time on a core: a busy machine does not add to it.
      expect(process.cpuUsage(before).user).toBeLessThan(100_000);
    },
  );

  it.each<[Partial<AirbyteErrorDetails>, AirbyteErrorKind]>([
    [{ operation: 'signIn' }, 'failed'],
    [{ operation: 'signIn' }, 'rate_limited'],
    [{}, 'unauthorized'],
  ])("nothing is passed on that is about the gateway's own sign-in: %j %s", (details, kind) => {
    expect(
      sanitizeUpstreamMessage(said({ ...details, upstreamMessage: 'client_secret hunter2 is wrong' }, kind)),
    ).toBeNull();
  });

  it('only what has the form of a handle is taken for one', () => {
    const uuid = 'd1e2f3a4-0000-4000-8000-000000000001';
    expect(sanitizeErrorId(said({ errorId: uuid }))).toBe(uuid);
    for (const errorId of ['Bearer abc', 'a b', '', 'x'.repeat(65), '{"name":"Orders"}'])
      expect(sanitizeErrorId(said({ errorId }))).toBeNull();
  });
});
