import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseSettings } from '../../src/config/settings';
import { type RunningGateway, start } from '../../src/start';
import { startGateway } from '../support/gateway';
import { GatewayProcess } from '../support/gateway-process';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { Stopwatch } from '../support/stopwatch';
import { until } from '../support/until';

const LIVE = 'GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n';
const HALF_A_HEAD = 'POST /ingestion HTTP/1.1\r\nhost: localhost\r\ncontent-ty';
const HALF_A_BODY =
  'POST /ingestion HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"name":';
/** Many times what fits into the buffers between the two. */
const PAGES = 40;
/** Well below the limits of a stop: whoever is cut off by them is not told apart from who was let go. */
const SOON_MS = 4_000;

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

/** Lets a test decide when a creation is answered. */
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

/** Puts starts on record and answers them when they are released. */
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
  // Being cut off is what these are for.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

/** A connection on which one request was answered and the next may come. */
async function idle(url: string): Promise<Socket> {
  const socket = await open(url, LIVE);
  await once(socket, 'data');
  return socket.resume();
}

/** Asks for more than fits between the two and reads none of it. */
async function deaf(url: string): Promise<Socket> {
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
    ['nothing was ever sent', (url: string) => open(url)],
    ['a request was answered', idle],
    ['half of a head was sent', (url: string) => open(url, HALF_A_HEAD)],
  ])('does not wait for a connection on which %s', async (_what, begin) => {
    const gateway = await started();
    const socket = await begin(gateway.url);
    await idle(gateway.url);
    const stopwatch = new Stopwatch();
    await Promise.all([gateway.close(), once(socket, 'close')]);
    expect(stopwatch.stop().countedMs).toBeLessThan(SOON_MS);
    expect(await isListening(gateway.url)).toBe(false);
  });

  it('lets a caller that is slow to read have the whole of its answer', async () => {
    const gateway = await started();
    const socket = await deaf(gateway.url);
    await until('the answers to be stuck', () => socket.bytesRead > 0);
    const closing = gateway.close();
    await until('others to be turned away', async () => !(await isListening(gateway.url)));
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')));
    await once(socket.resume(), 'close');
    await closing;
    expect(answers.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(PAGES);
    expect(answers.slice(-1)).toBe('}');
  });

  it('waits for a caller that does not read its answer, but not for good', async () => {
    const gateway = await started(500);
    const socket = await deaf(gateway.url);
    await until('the answers to be stuck', () => socket.bytesRead > 0);
    const stopwatch = new Stopwatch();
    await gateway.close();
    const { countedMs, elapsedMs } = stopwatch.stop();
    expect(elapsedMs).toBeGreaterThan(450);
    expect(countedMs).toBeLessThan(SOON_MS);
    socket.destroy();
  });

  it('is not held up by a creation that Airbyte does not answer', async () => {
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

  it('does not wait for the many requests of a caller that sent them in one go and has gone', async () => {
    const gateway = await started();
    const socket = await open(
      gateway.url,
      `GET /ingestion/x/status HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(40),
    );
    await upstream.seen('GET /connections/:id');
    socket.destroy();
    await once(socket, 'close');
    const stopwatch = new Stopwatch();
    await gateway.close();
    expect(stopwatch.stop().countedMs).toBeLessThan(SOON_MS);
  });
});

describe('SIGTERM', () => {
  it('answers what is in flight, whatever else is open and however often it is sent, and ends with 0', async () => {
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
    await until('it to begin stopping', () => gateway.output.includes('"stopping"'));
    void gateway.kill('SIGTERM');
    void gateway.kill('SIGINT');
    await Promise.all(closed);
    await until('others to be turned away', async () => !(await isListening(gateway.url)));
    release();
    expect((await pending).status).toBe(201);
    expect(await exit).toBe(0);
    expect(gateway.output).toContain('"stopped"');
    expect(gateway.output.match(/"stopping"/g)).toHaveLength(1);
  });

  it('ends although the reader of the log has stalled', async () => {
    const gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
    gateway.pauseOutput();
    for (let sent = 0; sent < 2000; sent++)
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('sends a cancellation that was answered with 202 and still waits for its place', async () => {
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

describe('stopping', () => {
  it('shows in readiness while a request is in flight, which is answered', async () => {
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
