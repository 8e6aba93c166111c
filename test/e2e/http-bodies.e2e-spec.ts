import { gzipSync } from 'node:zlib';
import { gatewayBench } from '../support/gateway-bench';

const bench = gatewayBench();

describe('a body', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([21, 10_000, 49_000])(
    'with %i levels of nesting is refused before its fields are checked',
    async (levels) => {
      const body = `{"name": ${nested(levels - 1)}}`;
      const response = await bench.api.post('/ingestion').type('application/json').send(body).expect(400);
      expect(response.body).toMatchObject({ code: 'malformed-body' });
    },
  );

  it.each([
    ['lists', '['.repeat(98_000)],
    ['objects', '{"a":'.repeat(19_000)],
    ['objects in lists', '[{"a":'.repeat(16_000)],
    ['lists and a word', `${nested(49_000)}x`],
    ['lists that other brackets seem to end', '[}'.repeat(45_000)],
    ['texts without an end and lists', '"\n['.repeat(24_000)],
  ])('that ends too early or is wrong and is nested deeply is refused: %s', async (_, body) => {
    const response = await bench.api.post('/ingestion').type('application/json').send(body).expect(400);
    expect(response.body).toMatchObject({ code: 'malformed-body' });
    await bench.api.get('/health/live').expect(200);
  });

  it('with 20 levels of nesting is checked by its fields', async () => {
    const body = `{"name": ${nested(19)}}`;
    const response = await bench.api.post('/ingestion').type('application/json').send(body).expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed' });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'of a media type that a web page may send without a preflight is refused: %s',
    async (type) => {
      await bench.api.post('/ingestion').set('content-type', type).send('name=x').expect(415);
      expect(bench.upstream.requests).toEqual([]);
    },
  );

  const bytes = (text: string, ...tail: number[]): Buffer =>
    Buffer.concat([Buffer.from(text), Buffer.from(tail), Buffer.from('"}')]);
  const utf16 = Buffer.from('{"name": "x"}', 'utf16le');

  // A cut emoji has as many bytes as the character that would replace it, so that the length of the body does not show it.
  it.each([
    ['Latin-1', bytes('{"name": "caf', 0xe9), 'not UTF-8 at line 1, column 14'],
    ['a cut emoji', bytes('{"name": "\ufffd', 0xf0, 0x9f, 0x98), 'not UTF-8 at line 1, column 12'],
    ['a second line', bytes('{\n"name": "é', 0xff), 'not UTF-8 at line 2, column 11'],
    ['UTF-16', utf16, 'encoded in UTF-16'],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'encoded in UTF-16'],
    ['gzip', gzipSync('{"name": "x"}'), 'is compressed'],
  ])('of bytes that are not UTF-8 is refused, with a length and in chunks: %s', async (_, body, detail) => {
    for (const chunked of [false, true]) {
      const answer = await post(body, chunked);
      expect(answer).toMatchObject({
        code: 'malformed-body',
        detail: expect.stringContaining(detail) as unknown,
      });
    }
    expect(bench.upstream.count('POST /connections')).toBe(0);
  });

  it('may begin with a byte order mark', async () => {
    expect(await post(Buffer.from('\ufeff{"name": "x"}'), true)).toMatchObject({ code: 'validation-failed' });
    expect(await post(Buffer.from('\ufeff{"name": "x", "name": "y"}'), true)).toMatchObject({
      code: 'malformed-body',
    });
  });

  it('with a content coding is refused by its name', async () => {
    const response = await bench.api
      .post('/ingestion')
      .type('json')
      .set('content-encoding', 'gzip')
      .send('{}');
    expect(response.status).toBe(415);
    expect(response.body).toMatchObject({
      detail: expect.stringContaining('Content-Encoding: gzip') as unknown,
    });
  });

  async function post(body: Buffer, chunked: boolean): Promise<unknown> {
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(body);
        controller.close();
      },
    });
    const sent: RequestInit = chunked ? { body: stream, duplex: 'half' } : { body: new Uint8Array(body) };
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${bench.gateway.url}/ingestion`, { method: 'POST', headers, ...sent })).json();
  }
});
