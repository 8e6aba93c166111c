import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedUpstream } from '../test/support/scripted-upstream';
import { fillHistory } from '../test/support/upstream-history';
import { GATEWAY, Running } from './contender';
import { wait } from './load';
import { MIB } from './report';
import { percentile } from './stats';
import { API_KEY } from './work';

const INGESTIONS = 1000;
const CALLERS = 10;
const STREAMS_EACH = 10;
/** As many as a caller may have. */
const WEBHOOKS_EACH = 20;
const SECONDS = Number(process.env['BENCH_EVENTS_S'] ?? 120);
/** The default of FEED_INTERVAL_MS and a second. */
const AIM_MS = 3000;
const RUNS_PER_S = 2;
/** The first load of the mirror is not part of the figures. */
const SETTLE_MS = 8000;

/** Delays of events of one kind, from the change to the receipt by each reader. */
interface Delays {
  changes: number;
  readonly inStreams: number[];
  readonly inWebhooks: number[];
}

/** Changes ingestions, and measures when readers receive the events of it. */
class Changes {
  readonly runs: Delays = { changes: 0, inStreams: [], inWebhooks: [] };
  readonly own: Delays = { changes: 0, inStreams: [], inWebhooks: [] };
  private readonly changedAt = new Map<string, number>();
  private turn = 0;

  constructor(
    private readonly upstream: ScriptedUpstream,
    private readonly url: string,
    private readonly ids: readonly string[],
  ) {}

  /** A run that takes longer than the interval of the feed, so that its start has an event. */
  async run(): Promise<void> {
    const connectionId = this.next();
    const job = this.upstream.state.addJob({ connectionId, status: 'running' });
    this.note(this.runs, `run.started ${connectionId}`);
    await wait(5000);
    this.upstream.state.history.end(job, 'succeeded', { rowsSynced: 1 });
    this.note(this.runs, `run.succeeded ${connectionId}`);
  }

  async rename(): Promise<void> {
    const connectionId = this.next();
    const response = await fetch(`${this.url}/ingestion/${connectionId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-api-key': keyOf(0) },
      body: JSON.stringify({ name: `Renamed ${this.turn}` }),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    this.note(this.own, `ingestion.updated ${connectionId}`);
  }

  /** @param text an event as JSON */
  received(text: string, place: 'inStreams' | 'inWebhooks'): void {
    const type = /"type":"([^"]*)"/.exec(text)?.[1] ?? '';
    const connectionId = /"connectionId":"([^"]*)"/.exec(text)?.[1] ?? '';
    const at = this.changedAt.get(`${type} ${connectionId}`);
    if (at === undefined) return;
    (type.startsWith('run.') ? this.runs : this.own)[place].push(performance.now() - at);
  }

  private note(delays: Delays, event: string): void {
    delays.changes++;
    this.changedAt.set(event, performance.now());
  }

  /** No ingestion is used twice, so that each event has one change. */
  private next(): string {
    const id = this.ids[this.turn++];
    if (id === undefined) throw new Error('too few ingestions for this time');
    return id;
  }
}

/** Reads server-sent events until the gateway ends. */
async function subscribe(url: string, key: string, changes: Changes): Promise<void> {
  const request = get(url, { agent: false, headers: { 'x-api-key': key } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) changes.received(block, 'inStreams');
  });
  response.on('error', () => undefined);
  request.on('error', () => undefined);
}

/** Accepts the messages of all webhooks. */
async function receive(changes: Changes): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      changes.received(text, 'inWebhooks');
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver does not listen');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function createWebhook(url: string, key: string, receiverUrl: string): Promise<void> {
  const response = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ url: receiverUrl }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
}

function keyOf(caller: number): string {
  return `bench-events-key-of-caller-${caller}`;
}

function apiKeys(): string {
  const entry = (_: unknown, caller: number): string => {
    return `caller-${caller}:ingestion:read+ingestion:write+webhook:write:${hashOf(keyOf(caller))}`;
  };
  return [`bench:ingestion:read:${hashOf(API_KEY)}`, ...Array.from({ length: CALLERS }, entry)].join(',');
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Measures the delay of events with many readers. Prints one line of Markdown for each figure. */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-events-'));
  const upstream = await ScriptedUpstream.start();
  const ids = fillHistory(upstream.state, { connections: INGESTIONS, jobsEach: 3 });
  // The benchmark asks for this one until the gateway answers.
  upstream.state.addConnection({ connectionId: 'first' });
  const settings = {
    DATA_DIR: dataDir,
    API_KEYS: apiKeys(),
    LOG_LEVEL: 'fatal',
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
  const gateway = await Running.start(GATEWAY, Number(new URL(upstream.url).port), settings);
  const url = `http://127.0.0.1:${gateway.port}`;
  const changes = new Changes(upstream, url, ids);
  for (let stream = 0; stream < CALLERS * STREAMS_EACH; stream++)
    await subscribe(`${url}/events/stream`, keyOf(stream % CALLERS), changes);
  const receiver = await receive(changes);
  for (let webhook = 0; webhook < CALLERS * WEBHOOKS_EACH; webhook++)
    await createWebhook(url, keyOf(webhook % CALLERS), `${receiver.url}/${webhook}`);
  await wait(SETTLE_MS);
  const { rssBytes: idleBytes, cpuMicros } = await gateway.usage();
  const before = upstream.requests.length;
  let peakBytes = idleBytes;
  const runs: Promise<void>[] = [];
  for (let second = 0; second < SECONDS; second++) {
    for (let run = 0; run < RUNS_PER_S; run++) runs.push(changes.run());
    await changes.rename();
    await wait(1000);
    peakBytes = Math.max(peakBytes, (await gateway.usage()).rssBytes);
  }
  await Promise.all(runs);
  await wait(2 * AIM_MS);
  const usedMicros = (await gateway.usage()).cpuMicros - cpuMicros;
  const sent = [changes.runs, changes.own].flatMap(({ inStreams, inWebhooks }) => [
    ...inStreams,
    ...inWebhooks,
  ]);
  const calls = (upstream.requests.length - before) / SECONDS;
  const lines = [
    delayLine('`run.*` in streams', changes.runs.changes * CALLERS * STREAMS_EACH, changes.runs.inStreams),
    delayLine('own changes in streams', changes.own.changes * CALLERS * STREAMS_EACH, changes.own.inStreams),
    delayLine('`run.*` in webhooks', changes.runs.changes * CALLERS * WEBHOOKS_EACH, changes.runs.inWebhooks),
    delayLine(
      'own changes in webhooks',
      changes.own.changes * CALLERS * WEBHOOKS_EACH,
      changes.own.inWebhooks,
    ),
    `- upstream calls: ${calls.toFixed(1)} a second`,
    `- CPU: ${(usedMicros / sent.length).toFixed(0)} µs for each event that a reader receives`,
    `- memory: ${mib(idleBytes)} MiB resident before, ${mib(peakBytes)} MiB at most`,
  ];
  const title = `### Events: ${INGESTIONS} ingestions, ${CALLERS * STREAMS_EACH} streams, ${CALLERS * WEBHOOKS_EACH} webhooks, ${SECONDS} s`;
  process.stdout.write(`${title}\n\n${lines.join('\n')}\n`);
  await gateway.stop();
  receiver.server.close();
  receiver.server.closeAllConnections();
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
}

function delayLine(name: string, expected: number, ms: readonly number[]): string {
  const [p50, p99] = [percentile(ms, 0.5), percentile(ms, 0.99)];
  return (
    `- ${name}: ${ms.length} of ${expected} received, p50 ${p50.toFixed(0)} ms, ` +
    `p99 ${p99.toFixed(0)} ms, p99 / (interval + 1 s) ${(p99 / AIM_MS).toFixed(2)}`
  );
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

void main();
