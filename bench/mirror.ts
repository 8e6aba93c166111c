import { connect, type Socket } from 'node:net';
import { GATEWAY, Running, type Upstream } from './contender';
import { drive, onAnswers, wait } from './load';
import { newestJobId, type Population } from './population';
import { MIB } from './report';
import { percentile } from './stats';
import { batchRequest, getRequest, knownStatuses, statusRequest } from './work';

const READING_MS = 5000;
const LOAD_LIMIT_MS = 40_000;

type Measure = (running: Running, upstream: Upstream) => Promise<string>;

const SMALL: Population = { connections: 1000, jobsEach: 3 };
/** Each has a gateway of its own. */
const MEASURES: readonly (readonly [Population, Measure])[] = [
  [SMALL, memoryUnderLoad],
  [SMALL, viewCalls],
  [SMALL, waiters],
  [{ connections: 10_000, jobsEach: 20 }, firstLoad],
  [{ connections: 10_000, jobsEach: 40 }, memoryAboveIdle],
];

/** Returns the other figures of the mirror, each as one line of Markdown. */
export async function* mirrorFigures(upstream: Upstream): AsyncGenerator<string> {
  for (const [population, measure] of MEASURES) {
    await upstream.report({ delayMs: 0, population, newestJob: null });
    const running = await Running.start(GATEWAY, upstream.port);
    try {
      yield await measure(running, upstream);
    } finally {
      await running.stop();
    }
  }
}

/** Resolves when Airbyte is called no more than the mirror does for all time. @returns how long that took */
async function loaded(upstream: Upstream): Promise<number> {
  const startedAt = performance.now();
  const perSecond = 6;
  let lastBusyAt = startedAt;
  let before = await upstream.report();
  while (performance.now() - lastBusyAt < 2500 && performance.now() - startedAt < LOAD_LIMIT_MS) {
    await wait(250);
    const calls = await upstream.report();
    if (calls - before > perSecond / 4) lastBusyAt = performance.now();
    before = calls;
  }
  return lastBusyAt - startedAt;
}

async function memoryUnderLoad(running: Running): Promise<string> {
  let peakBytes = 0;
  const load = {
    port: running.port,
    work: knownStatuses(1000),
    connections: 64,
    settleMs: 1000,
    measureMs: 500,
  };
  for (let slice = 0; slice < 8; slice++)
    await drive(load, async () => {
      peakBytes = Math.max(peakBytes, (await running.usage()).rssBytes);
    });
  return `- Memory under load with 1,000 connections: ${mib(peakBytes)} MiB resident at most`;
}

async function viewCalls(running: Running, upstream: Upstream): Promise<string> {
  await loaded(upstream);
  const callsOf = async (request: string): Promise<string> => {
    const repeated = 20;
    const before = await upstream.report();
    for (let sent = 0; sent < repeated; sent++) await ask(running.port, request);
    return (((await upstream.report()) - before) / repeated).toFixed(2);
  };
  const ids = Array.from({ length: 100 }, (_, n) => `known-${n * 7}`);
  const list = await callsOf(getRequest('/ingestion?pageSize=100'));
  const filtered = await callsOf(getRequest('/ingestion?pageSize=100&health=healthy'));
  const batch = await callsOf(batchRequest(ids));
  return (
    `- Upstream calls for a list page of 100 of 1,000 with health, warm: ${list}; with a health filter: ${filtered}; ` +
    `for a batch of 100, warm: ${batch}`
  );
}

/** 200 callers wait for one run. */
async function waiters(running: Running, upstream: Upstream): Promise<string> {
  const callers = 200;
  await upstream.report({ newestJob: 'starts' });
  const path = `/ingestion/known-0/runs/${newestJobId(SMALL)}?wait=60`;
  const answers = Array.from({ length: callers }, () => ask(running.port, getRequest(path)));
  await wait(3000);
  const before = await upstream.report({ newestJob: 'ends' });
  const startedAt = performance.now();
  await Promise.all(answers);
  const tookMs = performance.now() - startedAt;
  const calls = (await upstream.report()) - before;
  return `- The end of a run reached ${callers} waiters after ${tookMs.toFixed(0)} ms, with ${calls} upstream calls meanwhile`;
}

async function firstLoad(running: Running, upstream: Upstream): Promise<string> {
  const before = await upstream.report();
  const latenciesMs: number[] = [];
  const read = async (): Promise<void> => {
    const sentAt = performance.now();
    await ask(running.port, statusRequest(`known-${(latenciesMs.length * 37) % 10_000}`));
    latenciesMs.push(performance.now() - sentAt);
  };
  const startedAt = performance.now();
  // Reads of old connections are calls of their own, which would hide the end of the load.
  while (performance.now() - startedAt < READING_MS) {
    await read();
    await wait(20);
  }
  const tookMs = READING_MS + (await loaded(upstream));
  const calls = (await upstream.report()) - before;
  return (
    `- First load of 10,000 connections and 200,000 jobs: ${(tookMs / 1000).toFixed(1)} s, ${calls} calls, ` +
    `${latenciesMs.length} statuses read meanwhile, p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, ` +
    `p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms`
  );
}

/** Every status is read directly once, so that all of its 40 jobs are in memory. */
async function memoryAboveIdle(running: Running, upstream: Upstream): Promise<string> {
  const idle = await running.collected();
  await ask(running.port, getRequest('/ingestion?pageSize=1'));
  await loaded(upstream);
  const work = knownStatuses(10_000, 'Cache-Control: no-cache\r\n');
  const load = { port: running.port, work, connections: 32, settleMs: 8000, measureMs: 8000 };
  await drive(load, () => Promise.resolve());
  // Reads that callers share for a second are not part of it.
  await wait(3000);
  const full = await running.collected();
  return (
    `- Memory of 10,000 connections with 40 jobs each above idle, after a collection: ` +
    `${mib(full.heapBytes - idle.heapBytes)} MiB of heap, ${mib(full.rssBytes - idle.rssBytes)} MiB resident`
  );
}

/** One request on a connection of its own. */
function ask(port: number, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    onAnswers(socket, (status) => {
      socket.destroy();
      resolve(status);
    });
    socket.on('error', reject);
  });
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
