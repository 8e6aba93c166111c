import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AttemptEvent,
  CallTimeoutError,
  type ClientOptions,
  CredentialError,
  IngestionClient,
  isProblem,
  NoAnswerError,
  ResponseTooLargeError,
  UnexpectedAnswerError,
} from '@airbyte-ingestion/client';
import { INGESTION, RUN } from './resources';

describe('the published client on real sockets', () => {
  const servers: Server[] = [];
  let requests: string[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    requests = [];
  });

  async function clientOf(
    listener: RequestListener,
    options: Partial<ClientOptions> = {},
  ): Promise<IngestionClient> {
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      listener(request, response);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new IngestionClient({ url: `http://127.0.0.1:${port}/`, ...options });
  }
  const errorOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );
  const answering =
    (body: string, headers: Record<string, string> = {}, status = 200): RequestListener =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

  it('keeps the error of a key function, and neither sends nor retries', async () => {
    let count = 0;
    const cause = new Error('the token service is down');
    const key = (): never => {
      count += 1;
      throw cause;
    };
    const client = await clientOf(answering(JSON.stringify(RUN)), { key });
    const error = await errorOf(client.run('c', 'r'));
    expect(error).toBeInstanceOf(CredentialError);
    expect(error).toMatchObject({ cause, message: expect.stringContaining('the token service is down') });
    expect(error).not.toBeInstanceOf(NoAnswerError);
    expect(await errorOf(client.http.GET('/sources'))).toBeInstanceOf(CredentialError);
    expect(count).toBe(2);
    expect(requests).toEqual([]);
  });

  it.each([[''], ['line\nbreak'], ['schlüssel']])('sends nothing with the unusable key %j', async (key) => {
    const client = await clientOf(answering(JSON.stringify(RUN)), { key });
    const error = await errorOf(client.startRun('c'));
    expect(error).toBeInstanceOf(CredentialError);
    expect(String(error)).not.toContain('schlüssel');
    expect(requests).toEqual([]);
  });

  it('sends nothing if a key function returns undefined, as is possible in JavaScript', async () => {
    // @ts-expect-error The types forbid it.
    const client = await clientOf(answering(JSON.stringify(RUN)), { key: () => undefined });
    expect(await errorOf(client.startRun('c'))).toBeInstanceOf(CredentialError);
    expect(requests).toEqual([]);
  });

  it('stops reading a response that has more bytes than allowed', async () => {
    let written = 0;
    const endless: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(65_536, ' ');
      const more = (): void => {
        for (let isReady = true; isReady && !response.destroyed; written += chunk.length)
          isReady = response.write(chunk);
      };
      response.on('drain', more);
      more();
    };
    const client = await clientOf(endless, { maxResponseBytes: 100_000 });
    const error = await errorOf(client.list());
    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(error).toMatchObject({ status: 200, maxBytes: 100_000, message: /maxResponseBytes/ });
    expect(requests).toHaveLength(1);
    expect(await errorOf(client.http.GET('/sources'))).toBeInstanceOf(ResponseTooLargeError);
    expect(written).toBeLessThan(50_000_000);
  });

  it('counts bytes, not characters, and accepts a response of the maximum size', async () => {
    const body = JSON.stringify({ ...RUN, upstreamStatus: 'ü'.repeat(1000) });
    const bytes = Buffer.byteLength(body);
    const client = await clientOf(answering(body), { maxResponseBytes: bytes });
    expect((await client.run('c', 'r')).upstreamStatus).toHaveLength(1000);
    const smaller = await clientOf(answering(body), { maxResponseBytes: bytes - 1 });
    expect(await errorOf(smaller.run('c', 'r'))).toBeInstanceOf(ResponseTooLargeError);
  });

  const page = '<html><body>Please sign in</body></html>';
  const calls: [string, (client: IngestionClient) => Promise<unknown>][] = [
    ['get', (client) => client.get('c')],
    ['create', (client) => client.create({ name: 'n', sourceId: 's', destinationId: 'd' })],
    ['check', (client) => client.check({ name: 'n', sourceId: 's', destinationId: 'd' })],
    ['patch', (client) => client.patch('c', { name: 'n' })],
    ['delete', (client) => client.delete('c')],
    ['status', (client) => client.status('c')],
    ['statuses', (client) => client.statuses(['c'])],
    ['list', (client) => client.list()],
    ['startRun', (client) => client.startRun('c')],
    ['run', (client) => client.run('c', 'r')],
    ['runs', (client) => client.runs('c')],
    ['cancelRun', (client) => client.cancelRun('c', 'r')],
    ['waitForRun', (client) => client.waitForRun('c', 'r')],
    ['preview', (client) => client.preview({ schedule: { scheduleType: 'manual' } })],
    ['sources', (client) => client.sources()],
    ['destinations', (client) => client.destinations()],
  ];
  it.each(calls)('refuses other JSON, an HTML page and a redirect as response to %s', async (_, call) => {
    for (const body of ['{}', '{"data":{},"nextPageToken":null,"results":{}}', '[]', '"ok"', page]) {
      const error = await errorOf(call(await clientOf(answering(body))));
      expect([body, error]).toEqual([body, expect.any(UnexpectedAnswerError)]);
    }
    const moved = await errorOf(
      call(await clientOf(answering('', { location: 'https://sso.example/login' }, 302))),
    );
    expect(moved).toBeInstanceOf(UnexpectedAnswerError);
    expect(moved).toMatchObject({ status: 302, message: /redirects to https:\/\/sso\.example\/login/ });
    expect(requests).toHaveLength(6);
  });

  it('names a member that is missing or has another type', async () => {
    const partial = JSON.stringify({ ...INGESTION, created: undefined });
    const missing = await errorOf((await clientOf(answering(partial))).get('c'));
    expect(missing).toMatchObject({ message: /its member created is missing/ });
    const other = JSON.stringify({ ...INGESTION, streams: 'all' });
    expect(await errorOf((await clientOf(answering(other))).get('c'))).toMatchObject({ message: /streams/ });
    const more = JSON.stringify({ ...INGESTION, labels: ['new'] });
    expect(await (await clientOf(answering(more))).get('c')).toMatchObject({ labels: ['new'] });
  });

  it('reports each attempt, with the status or the error', async () => {
    const events: AttemptEvent[] = [];
    let count = 0;
    const client = await clientOf(
      (request, response) => {
        count += 1;
        if (count === 1) request.socket.destroy();
        else if (count === 2) answering('busy', { 'retry-after': '0' }, 503)(request, response);
        else answering(JSON.stringify(RUN))(request, response);
      },
      { onAttempt: (event) => events.push(event) },
    );
    await client.run('c', 'r');
    expect(events).toMatchObject([
      { method: 'GET', attempt: 1, status: null, error: { name: 'NoAnswerError' } },
      { attempt: 2, status: 503, error: { name: 'UnexpectedAnswerError' } },
      { attempt: 3, status: 200, error: null, url: expect.stringContaining('/ingestion/c/runs/r') },
    ]);
  });

  it('uses the headers, retries and limits of a call before those of the client', async () => {
    const seen: (string | string[] | undefined)[][] = [];
    const client = await clientOf(
      (request, response) => {
        seen.push(['traceparent', 'x-team', 'user-agent'].map((name) => request.headers[name]));
        answering('busy', { 'retry-after': '0' }, 503)(request, response);
      },
      { retries: 1, headers: { 'x-team': 'data', 'user-agent': 'mine/1' } },
    );
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    await errorOf(client.get('c', { headers, retries: 0 }));
    expect(seen).toEqual([[headers.traceparent, 'data', 'mine/1']]);
    await errorOf(client.get('c'));
    expect(seen).toHaveLength(3);
  });

  it('repeats a call if one attempt takes too long', async () => {
    const client = await clientOf((request, response) => {
      if (requests.length > 1) answering(JSON.stringify(RUN))(request, response);
    });
    const options = { attemptTimeoutMs: 100, timeoutMs: 20_000 };
    expect(await client.run('c', 'r', options)).toEqual(RUN);
    expect(requests).toHaveLength(2);
    const silent = await clientOf(() => undefined);
    const error = await errorOf(silent.run('c', 'r', { ...options, retries: 0 }));
    expect(error).toBeInstanceOf(CallTimeoutError);
    expect(error).toMatchObject({ timeoutMs: 100 });
  });

  it('returns status and request id of a problem', async () => {
    const body = { code: 'ingestion-not-found', status: 404, detail: 'No.', requestId: 'id-1' };
    const type = { 'content-type': 'application/problem+json' };
    const client = await clientOf(answering(JSON.stringify(body), type, 404));
    const error = await errorOf(client.get('c'));
    expect(isProblem(error) && [error.status, error.requestId]).toEqual([404, 'id-1']);
  });

  it.each(['127.0.0.1:3000', 'ftp://127.0.0.1', 'http://user:secret@127.0.0.1', 'http://127.0.0.1/?a=b', ''])(
    'refuses the base URL "%s" in the constructor',
    (url) => {
      expect(() => new IngestionClient({ url })).toThrow(TypeError);
      expect(() => new IngestionClient({ url })).not.toThrow(/secret/);
    },
  );

  it.each([{ retries: -1 }, { timeoutMs: NaN }, { attemptTimeoutMs: 0 }, { maxResponseBytes: 0 }])(
    'refuses the option %j in the constructor',
    (options) => {
      expect(() => new IngestionClient({ url: 'http://127.0.0.1', ...options })).toThrow(RangeError);
    },
  );
});
