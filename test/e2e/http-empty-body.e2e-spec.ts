import { connect } from 'node:net';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';

/** Headers and body of a request, as a client sends them. */
type Form = readonly [client: string, headers: readonly string[], body: string];

const NOTHING: readonly Form[] = [
  ['nothing at all', [], ''],
  ['fetch', ['Content-Length: 0'], ''],
  ["curl -d ''", ['Content-Length: 0', 'Content-Type: application/x-www-form-urlencoded'], ''],
  ['jQuery', ['Content-Length: 0', 'Content-Type: application/x-www-form-urlencoded; charset=UTF-8'], ''],
  ['axios', ['Content-Length: 0', 'Content-Type: application/json'], ''],
  ['LWP', ['Content-Length: 0', 'Content-Type: text/plain'], ''],
  ['a type and no length', ['Content-Type: text/plain'], ''],
  ['a length of zeros', ['Content-Length: 000', 'Content-Type: text/plain'], ''],
  ['an empty type', ['Content-Length: 0', 'Content-Type:'], ''],
  ['a broken type', ['Content-Length: 0', 'Content-Type: no type at all'], ''],
  ['no chunks, no type', ['Transfer-Encoding: chunked'], '0\r\n\r\n'],
  [
    'an empty chunked form',
    ['Transfer-Encoding: chunked', 'Content-Type: application/x-www-form-urlencoded'],
    '0\r\n\r\n',
  ],
  ['no chunks of JSON', ['Transfer-Encoding: chunked', 'Content-Type: application/json'], '0\r\n\r\n'],
  ['no chunks of a broken type', ['Transfer-Encoding: chunked', 'Content-Type: no type'], '0\r\n\r\n'],
  [
    'an empty chunked body with a trailer',
    ['Transfer-Encoding: chunked', 'Content-Type: text/plain', 'Expect: 100-continue'],
    '0\r\n\r\n',
  ],
];

describe('an empty body', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      RATE_LIMIT: 'off',
      STATUS_MAX_AGE_MS: '0',
    });
  });
  beforeEach(() => {
    upstream.state.addConnection({ connectionId: ID });
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Sends the bytes of a request and reads until the gateway closes the connection. */
  function send(method: string, path: string, headers: readonly string[], body: string): Promise<string> {
    const { hostname, port, host } = new URL(gateway.url);
    const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers];
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(`${head.join('\r\n')}\r\n\r\n${body}`),
      );
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('error', reject).on('close', () => {
        resolve(text.replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, ''));
      });
    });
  }

  it.each(NOTHING)('is accepted if the body is optional: %s', async (_, headers, body) => {
    expect(await send('POST', `/ingestion/${ID}/runs`, headers, body)).toMatch(/^HTTP\/1\.1 202 /);
    expect(await send('POST', `/ingestion/${ID}/runs/1/cancel`, headers, body)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await send('DELETE', `/ingestion/${ID}`, headers, body)).toMatch(/^HTTP\/1\.1 204 /);
  });

  it.each(NOTHING)('is refused if the body is required: %s', async (_, headers, body) => {
    for (const [method, path] of [
      ['POST', '/ingestion'],
      ['POST', '/ingestion/check'],
      ['PATCH', `/ingestion/${ID}`],
      ['POST', '/ingestion/status/batch'],
      ['POST', '/schedule/preview'],
    ] as const) {
      const answer = await send(method, path, headers, body);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('"field":"body","reason":"is missing: the request has no body"');
    }
  });

  it.each<Form>([
    ['a form', ['Content-Length: 3', 'Content-Type: application/x-www-form-urlencoded'], 'a=1'],
    ['no type', ['Content-Length: 2'], '{}'],
    ['a form in chunks', ['Transfer-Encoding: chunked', 'Content-Type: text/plain'], '2\r\n{}\r\n0\r\n\r\n'],
    ['chunks without a type', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'],
  ])('is another thing than a body that is not JSON: %s', async (_, headers, body) => {
    expect(await send('POST', `/ingestion/${ID}/runs`, headers, body)).toMatch(/^HTTP\/1\.1 415 /);
    expect(upstream.count('POST /jobs')).toBe(0);
  });

  it('does not affect a chunked body that is not empty', async () => {
    const text = '{"onConflict":"never"}';
    const chunks = Array.from(text, (one) => `1\r\n${one}\r\n`).join('');
    const headers = ['Transfer-Encoding: chunked', 'Content-Type: application/json'];
    const answer = await send('POST', `/ingestion/${ID}/runs`, headers, `${chunks}0\r\n\r\n`);
    expect(answer).toContain('"field":"onConflict"');
  });
});
