import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const EVERY_MS = 50;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const answeredMs: number[] = [];
const wrong: string[] = [];
let isOver = false;

async function probe(url: string): Promise<void> {
  while (!isOver) {
    const startedAt = performance.now();
    const answer = await ask(url);
    answeredMs.push(performance.now() - startedAt);
    if (answer !== '200 {"status":"ok"}') wrong.push(answer);
    await pause(EVERY_MS);
  }
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

parentPort?.once('message', () => {
  isOver = true;
});
void probe(String(workerData)).then(() => {
  agent.destroy();
  parentPort?.postMessage({ answeredMs: answeredMs.sort((a, b) => a - b), wrong });
});
