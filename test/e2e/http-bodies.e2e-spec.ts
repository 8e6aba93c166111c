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
});
