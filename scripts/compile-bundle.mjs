// Starts the bundle once, before an upstream of a few lines, has it answer a status and a creation, and keeps what V8 has
// compiled by then in dist/gateway.bundle.compiled.
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { COMPILED, compileBundle, runBundle } = createRequire(import.meta.url)('../dist/bundle.js');

const CONNECTION = {
  connectionId: 'c',
  name: 'n',
  sourceId: 's',
  destinationId: 'd',
  workspaceId: 'w',
  status: 'active',
  schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
  createdAt: 1_768_442_400,
};
const JOB = {
  jobId: 1,
  connectionId: 'c',
  status: 'succeeded',
  jobType: 'sync',
  startTime: '2026-01-15T02:00:00Z',
  lastUpdatedAt: '2026-01-15T02:05:00Z',
};
const upstream = createServer((request, response) => {
  const answer = request.url?.includes('/jobs') ? { data: [JOB] } : CONNECTION;
  request.resume();
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});

const base = `http://127.0.0.1:${await freePort()}`;
const upstreamPort = await listen(upstream);
Object.assign(process.env, {
  PORT: new URL(base).port,
  LOG_LEVEL: 'error',
  AIRBYTE_API_URL: `http://127.0.0.1:${upstreamPort}`,
  AIRBYTE_TOKEN: 'none',
});
rmSync(COMPILED, { force: true });
const script = compileBundle();
runBundle(script);
while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 10));
await call('/ingestion/c/status');
await call('/ingestion', { method: 'POST', body: JSON.stringify(creation()) });
writeFileSync(COMPILED, script.createCachedData());
process.exit();

function creation() {
  const { name, sourceId, destinationId } = CONNECTION;
  return { name, sourceId, destinationId, schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' } };
}

async function call(path, options = {}) {
  const response = await fetch(base + path, { headers: { 'content-type': 'application/json' }, ...options });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
}

/** A gateway that cannot start ends this process with its own words. */
async function answers() {
  try {
    return (await fetch(`${base}/health/live`)).ok;
  } catch {
    return false;
  }
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  server.close();
  return port;
}
