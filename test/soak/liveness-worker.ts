import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LivenessReport, ProbeWord } from './liveness';

const EVERY_MS = 50;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const answeredMs: number[] = [];
const wrong: string[] = [];
let isPaused = false;
let probing = Promise.resolve();

async function probe(url: string): Promise<void> {
  const startedAt = performance.now();
  const answer = await ask(url);
  answeredMs.push(performance.now() - startedAt);
  if (answer !== '200 {"status":"ok"}') wrong.push(answer);
}

/** Status and body, or what went wrong instead. */
function ask(url: string): Promise<string> {
  return new Promise((resolve) => {
    get(`${url}/health/live`, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(`${response.statusCode ?? 0} ${text}`);
      });
    }).on('error', (error) => {
      resolve(error.message);
    });
  });
}

async function probeWithoutEnd(url: string): Promise<void> {
  for (;;) {
    if (!isPaused) await (probing = probe(url));
    await pause(EVERY_MS);
  }
}

function report(): LivenessReport {
  return { answeredMs: [...answeredMs].sort((a, b) => a - b), wrong };
}

parentPort?.on('message', (word: ProbeWord) => {
  isPaused = word !== 'go on';
  void probing.then(() => parentPort?.postMessage(report()));
});
void probeWithoutEnd(String(workerData));
