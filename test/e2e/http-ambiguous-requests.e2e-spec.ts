import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const KEY = 'a key';
const SIGNED = `Host: localhost\r\nX-API-Key: ${KEY}\r\n`;
const LAST = 'Connection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const ORDERS = JSON.stringify({ name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID });

describe('raw requests', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let path: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const sha256 = createHash('sha256').update(KEY).digest('hex');
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      API_KEYS: `a:ingestion:read+ingestion:write:${sha256}`,
    });
  });
  beforeEach(() => {
    path = `/ingestion/${upstream.state.addConnection().connectionId}`;
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Returns the bytes that the gateway sent until it closed the connection. */
  const exchange = (text: string, answered?: (sofar: string) => string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
        const more = answered?.(answer);
        if (more !== undefined) socket.write(more);
      });
      socket.on('error', reject).on('close', () => {
        resolve(answer);
      });
    });
  const statusesOf = (answer: string): string[] =>
    [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, s]) => s ?? '');

  describe('an ambiguous request is refused, and nothing is sent upstream', () => {
    const post = (lines: string, body: string): string =>
      `POST /ingestion HTTP/1.1\r\n${SIGNED}${JSON_TYPE}${lines}\r\n${body}`;

    it.each([
      [
        'two Host headers',
        `POST /ingestion HTTP/1.1\r\n${SIGNED}${LAST}HOST: b\r\n${JSON_TYPE}Content-Length: ${ORDERS.length}\r\n\r\n${ORDERS}`,
      ],
      [
        'no Host header',
        `POST /ingestion HTTP/1.1\r\nX-API-Key: ${KEY}\r\n${LAST}${JSON_TYPE}Content-Length: ${ORDERS.length}\r\n\r\n${ORDERS}`,
      ],
      ['two lengths', post(`Content-Length: ${ORDERS.length}\r\nContent-Length: 2\r\n`, ORDERS)],
      [
        'Content-Length and chunks',
        post(`Content-Length: ${ORDERS.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${ORDERS}`),
      ],
      ['an encoding after chunks', post('Transfer-Encoding: chunked, identity\r\n', ORDERS)],
      ['an unknown encoding', post('Transfer-Encoding: xchunked\r\n', ORDERS)],
      ['a space before the colon', post(`Content-Length : ${ORDERS.length}\r\n`, ORDERS)],
      ['lines that end without a return', post('', '').replaceAll('\r\n', '\n')],
    ])('%s', async (_what, text) => {
      const answer = await exchange(text);
      expect(statusesOf(answer)).toEqual(['400']);
      expect(answer).toContain('"code":"malformed-request"');
      expect(upstream.requests).toEqual([]);
    });
  });

  it.each([
    [
      'the absolute form of a URL',
      (url: string) => `GET http://elsewhere.invalid${url} HTTP/1.1\r\n${SIGNED}${LAST}\r\n`,
    ],
    ['HTTP/1.0 without a host', (url: string) => `GET ${url} HTTP/1.0\r\nX-API-Key: ${KEY}\r\n\r\n`],
    [
      'an Upgrade header',
      (url: string) =>
        `GET ${url} HTTP/1.1\r\n${SIGNED}Connection: close, upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
  ])('%s is served', async (_what, request) => {
    expect(statusesOf(await exchange(request(path)))).toEqual(['200']);
  });

  it('a CONNECT request is refused', async () => {
    const answer = await exchange(`CONNECT elsewhere.invalid:443 HTTP/1.1\r\n${SIGNED}\r\n`);
    expect(statusesOf(answer)).toEqual(['400']);
    expect(answer).toContain('"code":"malformed-request"');
  });

  it('a request before invalid bytes is answered', async () => {
    const creation = `POST /ingestion HTTP/1.1\r\n${SIGNED}${JSON_TYPE}Content-Length: ${ORDERS.length}\r\n\r\n${ORDERS}`;
    const answer = await exchange(`${creation}and more than it said\r\n\r\n`);
    expect(statusesOf(answer)[0]).toBe('201');
    expect(upstream.count('POST /connections')).toBe(1);
  });

  describe('a request with Expect: 100-continue', () => {
    const announced = (lines: string, length: number): string =>
      `POST /ingestion HTTP/1.1\r\n${lines}${JSON_TYPE}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

    it.each([
      ['no credentials', announced('Host: localhost\r\n', 5), '401'],
      ['a too large body', announced(SIGNED, 100_001), '413'],
    ])('is refused before its body: %s', async (_case, text, status) => {
      expect(statusesOf(await exchange(text))).toEqual([status]);
    });

    it('is answered with 100 after authentication', async () => {
      const answer = await exchange(announced(SIGNED + LAST, ORDERS.length), (sofar) =>
        sofar.endsWith('100 Continue\r\n\r\n') ? ORDERS : undefined,
      );
      expect(statusesOf(answer)).toEqual(['100', '201']);
    });
  });
});
