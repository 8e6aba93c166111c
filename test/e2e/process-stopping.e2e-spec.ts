import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseSettings } from '../../src/config/settings';
import { type RunningGateway, start } from '../../src/start';
import { startGateway } from '../support/gateway';
import { GatewayProcess } from '../support/gateway-process';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const LIVE = 'GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n';
const HALF_A_HEAD = 'POST /ingestion HTTP/1.1\r\nhost: localhost\r\ncontent-ty';
const HALF_A_BODY =
  'POST /ingestion HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"name":';
/** Answers of this many pages do not fit into the socket buffers. */
const PAGES = 40;
/** Longer than Jest lets a test run: the end of a stop shows that it did not wait for this limit. */
const ENDLESS_MS = 600_000;

let upstream: ScriptedUpstream;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => {
  upstream.clear();
});
afterAll(async () => {
  await upstream.close();
});

/** Delays the answers to creations until the returned function is called. */
function holdCreations(): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  upstream.on('POST /connections', async () => {
    await released;
    return undefined;
  });
  return () => {
    release();
  };
}

/** Stores the jobs of starts at once and delays the answers until the returned function is called. */
function holdStarts(): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  upstream.on('POST /jobs', async (request) => {
    const reply = upstream.act(request);
    await released;
    return reply;
  });
  return () => {
    release();
  };
}

async function open(url: string, bytes = ''): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  // The gateway may reset these connections.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

/** Opens a keep-alive connection on which one request was answered. */
async function idle(url: string): Promise<Socket> {
  const socket = await open(url, LIVE);
  await once(socket, 'data');
  return socket.resume();
}

/** Requests more than fits into the socket buffers and reads nothing. */
async function openUnread(url: string): Promise<Socket> {
  const page = 'GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const socket = await open(url, page.repeat(PAGES));
  return socket.pause();
}

function create(url: string): Promise<Response> {
  const body = JSON.stringify({ name: 'Late', sourceId: SOURCE_ID, destinationId: DESTINATION_ID });
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'late' };
  return fetch(`${url}/ingestion`, { method: 'POST', headers, body });
}

const isListening = (url: string): Promise<boolean> =>
  open(url).then(
    (socket) => {
      socket.destroy();
      return true;
    },
    () => false,
  );

describe('a stop', () => {
  const started = (requestsLimitMs?: number): Promise<RunningGateway> =>
    start(
      parseSettings({ PORT: '0', LOG_LEVEL: 'silent', AIRBYTE_API_URL: upstream.url }),
      undefined,
      requestsLimitMs,
    );

  it.each([
    ['no request', (url: string) => open(url)],
    ['an answered request', idle],
    ['an incomplete head', (url: string) => open(url, HALF_A_HEAD)],
  ])('does not wait for a connection with %s', async (_case, begin) => {
    const gateway = await started(ENDLESS_MS);
    const socket = await begin(gateway.url);
    await idle(gateway.url);
    await Promise.all([gateway.close(), once(socket, 'close')]);
    expect(await isListening(gateway.url)).toBe(false);
  });

  it('sends the whole answer to a client that reads slowly', async () => {
    const gateway = await started();
    const socket = await openUnread(gateway.url);
    await until('the first bytes', () => socket.bytesRead > 0);
    const closing = gateway.close();
    await until('new connections to be refused', async () => !(await isListening(gateway.url)));
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')));
    await once(socket.resume(), 'close');
    await closing;
    expect(answers.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(PAGES);
    expect(answers.slice(-1)).toBe('}');
  });

  it('waits for a client that does not read its answer, but only until the limit', async () => {
    const gateway = await started(500);
    const socket = await openUnread(gateway.url);
    await until('the first bytes', () => socket.bytesRead > 0);
    const startedAtMs = performance.now();
    await gateway.close();
    expect(performance.now() - startedAtMs).toBeGreaterThan(450);
    socket.destroy();
  });

  it('aborts a creation that Airbyte does not answer before the limit', async () => {
    const gateway = await started(500);
    const release = holdCreations();
    const outcome = create(gateway.url).then(
      () => 'answered',
      () => 'cut off',
    );
    await upstream.seen('POST /connections');
    await gateway.close();
    expect(await outcome).toBe('cut off');
    release();
  });

  it('does not wait for the pipelined requests of a client that has disconnected', async () => {
    const gateway = await started(ENDLESS_MS);
    const socket = await open(
      gateway.url,
      `GET /ingestion/x/status HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(40),
    );
    await upstream.seen('GET /connections/:id');
    socket.destroy();
    await once(socket, 'close');
    await gateway.close();
    expect(await isListening(gateway.url)).toBe(false);
  });
});

describe('SIGTERM', () => {
  it('repeated and with open connections lets the running request end, and exits with 0', async () => {
    const gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url });
    const release = holdCreations();
    const others = await Promise.all([
      open(gateway.url),
      idle(gateway.url),
      open(gateway.url, HALF_A_HEAD),
      open(gateway.url, HALF_A_BODY),
    ]);
    const closed = others.map((socket) => once(socket.resume(), 'close'));
    const pending = create(gateway.url);
    await upstream.seen('POST /connections');
    const exit = gateway.kill('SIGTERM');
    await until('the stop to begin', () => gateway.output.includes('"stopping"'));
    void gateway.kill('SIGTERM');
    void gateway.kill('SIGINT');
    await Promise.all(closed);
    await until('new connections to be refused', async () => !(await isListening(gateway.url)));
    release();
    expect((await pending).status).toBe(201);
    expect(await exit).toBe(0);
    expect(gateway.output).toContain('"stopped"');
    expect(gateway.output.match(/"stopping"/g)).toHaveLength(1);
  });

  it('also follows the SIGHUP of a closed terminal', async () => {
    const gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url });
    expect(await gateway.kill('SIGHUP')).toBe(0);
    expect(gateway.output).toContain('"stopped"');
  });

  it('ends the process although its log is not read', async () => {
    const gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
    gateway.pauseOutput();
    for (let sent = 0; sent < 2000; sent++)
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('sends a cancellation that was answered with 202 and still waits for a slot', async () => {
    const gateway = await GatewayProcess.start({
      AIRBYTE_API_URL: upstream.url,
      AIRBYTE_START_TIMEOUT_MS: '6000',
      RATE_LIMIT: 'off',
    });
    const release = holdStarts();
    const post = (path: string): Promise<Response> => fetch(gateway.url + path, { method: 'POST' });
    const existing = (): string => upstream.state.addConnection().connectionId;
    const starts = [post(`/ingestion/${existing()}/runs`), post(`/ingestion/${existing()}/runs`)];
    await upstream.seen('POST /jobs', 2);
    const connectionId = existing();
    const job = upstream.state.addJob({ connectionId, status: 'running' });
    const cancelled = await post(`/ingestion/${connectionId}/runs/${job.jobId}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(upstream.count('DELETE /jobs/:id')).toBe(0);
    expect(await gateway.kill('SIGTERM')).toBe(0);
    expect(job.status).toBe('cancelled');
    expect((await Promise.all(starts)).map(({ status }) => status)).toEqual([202, 202]);
    release();
  });
});

describe('readiness', () => {
  it('reports a stop while a request is running, and the request is answered', async () => {
    const upstream = await ScriptedUpstream.start();
    const { connectionId } = upstream.state.addConnection();
    let release: (() => void) | undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    upstream.on('GET /connections/:id', async () => {
      await released;
      return undefined;
    });
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    await fetch(`${gateway.url}/health/ready`);
    const pending = fetch(`${gateway.url}/ingestion/${connectionId}/status`);
    await upstream.seen('GET /connections/:id');
    const closed = gateway.close();
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ code: 'not-ready' })]);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    release?.();
    expect((await pending).status).toBe(200);
    await closed;
    await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow('fetch failed');
    await upstream.close();
  });
});
