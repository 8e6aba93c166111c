import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
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
const SECONDS = Number(process.env['BENCH_EVENTS_S'] ?? 120);
/** The default of FEED_INTERVAL_MS and a second. */
const AIM_MS = 3000;
const RUNS_PER_S = 2;
/** The first load of the mirror is not part of the figures. */
const SETTLE_MS = 8000;

/** Delays of events of one kind, from the change to the receipt by each reader. */
interface Delays {
  changes: number;
  readonly ms: number[];
}

/** Changes ingestions, and measures when readers receive the events of it. */
class Changes {
  readonly runs: Delays = { changes: 0, ms: [] };
  readonly own: Delays = { changes: 0, ms: [] };
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

  received(type: string, connectionId: string): void {
    const at = this.changedAt.get(`${type} ${connectionId}`);
    if (at === undefined) return;
    (type.startsWith('run.') ? this.runs : this.own).ms.push(performance.now() - at);
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
    for (const block of blocks) {
      const type = /^event: (.*)$/m.exec(block)?.[1];
      const connectionId = /"connectionId":"([^"]*)"/.exec(block)?.[1];
      if (type !== undefined && connectionId !== undefined) changes.received(type, connectionId);
    }
  });
  response.on('error', () => undefined);
  request.on('error', () => undefined);
}

function keyOf(caller: number): string {
  return `bench-events-key-of-caller-${caller}`;
}

function apiKeys(): string {
  const entry = (_: unknown, caller: number): string => {
    return `caller-${caller}:ingestion:read+ingestion:write:${hashOf(keyOf(caller))}`;
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
  const settings = { DATA_DIR: dataDir, API_KEYS: apiKeys(), LOG_LEVEL: 'fatal' };
  const gateway = await Running.start(GATEWAY, Number(new URL(upstream.url).port), settings);
  const url = `http://127.0.0.1:${gateway.port}`;
  const changes = new Changes(upstream, url, ids);
  for (let stream = 0; stream < CALLERS * STREAMS_EACH; stream++)
    await subscribe(`${url}/events/stream`, keyOf(stream % CALLERS), changes);
  await wait(SETTLE_MS);
  const { rssBytes: idleBytes } = await gateway.usage();
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
  const calls = (upstream.requests.length - before) / SECONDS;
  const lines = [
    delayLine('`run.*`', changes.runs),
    delayLine('changes through the gateway', changes.own),
    `- upstream calls: ${calls.toFixed(1)} a second`,
    `- memory: ${mib(idleBytes)} MiB resident before, ${mib(peakBytes)} MiB at most`,
  ];
  const title = `### Events: ${INGESTIONS} ingestions, ${CALLERS * STREAMS_EACH} streams, ${SECONDS} s`;
  process.stdout.write(`${title}\n\n${lines.join('\n')}\n`);
  await gateway.stop();
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
}

function delayLine(name: string, { changes, ms }: Delays): string {
  const [p50, p99] = [percentile(ms, 0.5), percentile(ms, 0.99)];
  return (
    `- ${name}: ${ms.length} of ${changes * CALLERS * STREAMS_EACH} events received, p50 ${p50.toFixed(0)} ms, ` +
    `p99 ${p99.toFixed(0)} ms, p99 / (interval + 1 s) ${(p99 / AIM_MS).toFixed(2)}`
  );
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

void main();
