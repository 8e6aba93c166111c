import {
  errorId,
  fault,
  hateoas,
  html,
  json,
  plain,
  problem,
  type Reply,
} from '../../../test/support/scripted-upstream';
import { clientBench, creation, errorOf } from '../../../test/support/upstream-client';
import { systemClock } from '../../lib/clock';

const GET = 'GET /connections/:id';
const LIST = 'GET /connections';

const bench = clientBench();

describe('a read is repeated after', () => {
  const faults: Record<string, Reply> = {
    '429': json(429, { message: 'You are being rate limited.' }),
    '429 with Retry-After in seconds': json(429, {}, { 'retry-after': '0' }),
    '429 with Retry-After as a date': json(429, {}, { 'retry-after': new Date(0).toUTCString() }),
    '429 with a malformed Retry-After': json(429, {}, { 'retry-after': 'soon' }),
    '500': errorId(500),
    '502 page of a proxy': html(502),
    '503': problem(503, 'service unavailable'),
    '504': html(504),
    reset: fault('reset'),
    'cut-off body': fault('truncate'),
  };

  it.each(Object.keys(faults))('%s', async (name) => {
    const { connectionId } = bench.upstream.state.addConnection();
    bench.first(GET, faults[name] ?? html());
    const connection = await bench.clientWith().getConnection(connectionId);
    expect(connection.connectionId).toBe(connectionId);
    expect(bench.upstream.count(GET)).toBe(2);
  });

  it('a first attempt without an answer', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    bench.first(GET, fault('hang'));
    const connection = await bench.clientWith({ timeoutMs: 3_000 }).getConnection(connectionId);
    expect(connection.connectionId).toBe(connectionId);
    expect(bench.upstream.count(GET)).toBe(2);
  });

  it('a refused connection', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const client = bench.clientWith();
    await bench.upstream.refuse();
    const pending = client.getConnection(connectionId);
    await bench.reported((event) => event.kind === 'unreachable');
    await bench.upstream.listen();
    expect((await pending).connectionId).toBe(connectionId);
    expect(bench.upstream.count(GET)).toBe(1);
  });
});

describe('a read that fails until its budget ends', () => {
  it('reports the errorId of a 500 after three attempts', async () => {
    bench.upstream.on(GET, () => errorId(500, 'abc'));
    const error = await errorOf(bench.clientWith().getConnection('not-a-uuid'));
    expect(error).toMatchObject({
      kind: 'failed',
      status: 500,
      errorId: 'abc',
      sent: true,
      outcomeUnknown: false,
    });
    expect(bench.upstream.count(GET)).toBe(3);
  });

  it('reports the message of a 503 even if later attempts get no answer', async () => {
    // The first attempt uses up all but 400 ms. A new budget for the second would exceed the time limit of Jest.
    let aheadMs = 0;
    bench.upstream.on(GET, (_request, nth) => {
      if (nth > 1) return fault('hang');
      aheadMs = 600_000 - 400;
      return problem(503, 'starting');
    });
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
    const client = bench.clientWith({ timeoutMs: 600_000 }, undefined, { clock });
    const error = await errorOf(client.getConnection('x'));
    expect(error).toMatchObject({ kind: 'unavailable', status: 503, upstreamMessage: 'starting' });
    expect(bench.upstream.count(GET)).toBe(2);
  });

  it('reports the Retry-After of a 429 that is longer than the budget', async () => {
    bench.upstream.on(GET, () => json(429, { message: 'slow down' }, { 'retry-after': '20' }));
    const error = await errorOf(bench.clientWith({ timeoutMs: 19_000 }).getConnection('x'));
    expect(error).toMatchObject({ kind: 'rate_limited', retryAfterMs: 20_000, upstreamMessage: 'slow down' });
    expect(bench.upstream.count(GET)).toBe(1);
  });

  it.each([
    ['hang', 'timeout'],
    ['stall', 'timeout'],
    ['reset', 'dropped'],
    ['truncate', 'dropped'],
  ] as const)('reports a %s as %s', async (kind, expected) => {
    bench.upstream.on(GET, () => fault(kind));
    const error = await errorOf(bench.clientWith({ timeoutMs: 300 }).getConnection('x'));
    expect(error).toMatchObject({ kind: expected, sent: true });
  });

  it('reports a refused connection as unreachable and not sent', async () => {
    const client = bench.clientWith({ timeoutMs: 300 });
    await bench.upstream.refuse();
    expect(await errorOf(client.getConnection('x'))).toMatchObject({ kind: 'unreachable', sent: false });
  });

  it('reports a failed TLS handshake as unreachable and not sent', async () => {
    const client = bench.clientWith({
      apiUrl: bench.upstream.url.replace('http:', 'https:'),
      timeoutMs: 5_000,
    });
    expect(await errorOf(client.getConnection('x'))).toMatchObject({ kind: 'unreachable', sent: false });
  });

  it('reports an unknown host as unreachable and not sent', async () => {
    const client = bench.clientWith({ apiUrl: 'http://airbyte.invalid/api/public/v1', timeoutMs: 300 });
    const error = await errorOf(client.getConnection('x'));
    expect(error.sent).toBe(false);
    expect(['unreachable', 'timeout']).toContain(error.kind);
  });
});

describe('an answer that is not from Airbyte is reported as misbehaving and not repeated', () => {
  const answers: Record<string, Reply> = {
    'an HTML page with status 200': html(200),
    'an HTML page with status 404': html(404),
    'a wrong content type': plain(200, '{"data":[]}'),
    'a body that is not JSON': {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"data":',
    },
    'a body with a too small Content-Length': fault('short-length'),
    'an array instead of an object': json(200, []),
    'a list without data': json(200, { next: '' }),
    'a row without an id': json(200, { data: [{ name: 'x' }] }),
    'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    'more than 16 MiB': fault('flood'),
    'bytes that are not HTTP': fault('garbage'),
    'a compressed body that was not requested': json(200, { data: [] }, { 'content-encoding': 'gzip' }),
  };

  it.each(Object.keys(answers))('%s', async (name) => {
    bench.upstream.on(LIST, () => answers[name]);
    // On a busy machine, 16 MiB can take longer than the default budget of these tests.
    const client = bench.clientWith({ timeoutMs: 30_000 });
    expect(await errorOf(client.listConnections())).toMatchObject({ kind: 'misbehaving' });
    expect(bench.upstream.count(LIST)).toBe(1);
  });

  it('an HTML page as answer to a deletion', async () => {
    bench.upstream.on('DELETE /connections/:id', () => html(200));
    const error = await errorOf(bench.clientWith().deleteConnection('x'));
    expect(error).toMatchObject({ kind: 'misbehaving', outcomeUnknown: true });
  });

  it('an HTML page as answer to the health check', async () => {
    bench.upstream.on('GET /health', () => html(200));
    expect(await errorOf(bench.clientWith().health())).toMatchObject({ kind: 'misbehaving' });
  });
});

describe('a refusal of Airbyte keeps its kind and message and is not repeated', () => {
  const refusals: [string, Reply, object][] = [
    [
      'a problem with a message',
      problem(400, 'No streams found'),
      { kind: 'bad_request', upstreamMessage: 'No streams found' },
    ],
    [
      'a problem about a cron expression',
      problem(400, null, { cronExpression: 'x', validationErrorMessage: 'Invalid cron expression' }),
      { kind: 'bad_request', upstreamMessage: 'Invalid cron expression' },
    ],
    [
      'a problem about a resource',
      problem(404, null, { resourceType: 'SOURCE_CONNECTION', resourceId: 's' }),
      { kind: 'not_found', resourceType: 'SOURCE_CONNECTION', resourceId: 's' },
    ],
    [
      'a problem whose data is null',
      problem(409, null),
      { kind: 'conflict', upstreamMessage: 'The request could not be handled.' },
    ],
    [
      'a bare errorId',
      errorId(422, 'e-1'),
      { kind: 'unprocessable', errorId: 'e-1', upstreamMessage: undefined },
    ],
    ['the HATEOAS form', hateoas(403, 'no access'), { kind: 'forbidden', upstreamMessage: 'no access' }],
    [
      'a plain message',
      json(418, { message: 'teapot' }),
      { kind: 'bad_request', status: 418, upstreamMessage: 'teapot' },
    ],
  ];

  it.each(refusals)('%s', async (_name, reply, expected) => {
    bench.upstream.on('POST /connections', () => reply);
    const error = await errorOf(bench.clientWith().createConnection(creation()));
    expect(error).toMatchObject({
      ...expected,
      operation: 'createConnection',
      sent: true,
      outcomeUnknown: false,
    });
    expect(bench.upstream.count('POST /connections')).toBe(1);
    expect(error.upstreamDate).toBeInstanceOf(Date);
  });
});
