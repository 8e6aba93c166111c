// npm run test:deployment -- --url https://… [--key KEY] [--source ID] [--destination ID] [--no-run] [--timeout-s 600]
// The whole story against any running deployment, told with the published client. What it creates it deletes again.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { buildClient, CLIENT } from './client.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    key: { type: 'string' },
    source: { type: 'string', default: '95e66a59-8045-4307-9678-63bc3c9b8c93' },
    destination: { type: 'string', default: 'e478de0d-a3a0-475c-b019-25f7dd29e281' },
    'no-run': { type: 'boolean', default: false },
    'timeout-s': { type: 'string', default: '600' },
  },
});
if (!values.url) {
  console.error('Say which deployment: npm run test:deployment -- --url http://127.0.0.1:3000');
  process.exit(2);
}

buildClient();
const { IngestionClient, isProblem } = createRequire(import.meta.url)(CLIENT);
const client = new IngestionClient({ url: values.url, ...(values.key && { key: values.key }) });
const created = [];
const timeoutMs = Number(values['timeout-s']) * 1000;

function check(condition, what, found) {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(found)}`);
  console.log(`ok: ${what}`);
}

async function refusal(call) {
  try {
    await call;
  } catch (error) {
    if (isProblem(error)) return error.problem;
    throw error;
  }
  throw new Error('what should have been refused was taken');
}

async function tell() {
  const ready = await client.http.GET('/health/ready');
  check(ready.response.status === 200, 'the deployment is ready', ready.error);
  const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
  const preview = await client.preview({ schedule, count: 3 });
  check(preview.nextSyncs.length === 3, 'a schedule is explained', preview);

  const request = {
    name: `Deployment test ${new Date().toISOString()}`,
    sourceId: values.source,
    destinationId: values.destination,
    schedule,
    status: 'inactive',
  };
  const idempotencyKey = randomUUID();
  const first = await client.create(request, { idempotencyKey });
  created.push(first.connectionId);
  const { connectionId } = await client.create(request, { idempotencyKey });
  if (connectionId !== first.connectionId) created.push(connectionId);
  check(connectionId === first.connectionId, 'the same request twice creates once', created);

  const status = await client.status(connectionId);
  check(status.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as it was sent', status);
  check(status.nextSync === null, 'what is inactive does not sync', status);
  const names = [];
  for await (const item of client.listAll({ sourceId: values.source, pageSize: 100 }))
    names.push(item.connectionId);
  check(names.includes(connectionId), 'it is listed', names);
  const active = await client.patch(connectionId, { status: 'active' });
  check(active.status === 'active', 'it can be made active', active);

  const never = { ...request, schedule: { scheduleType: 'cron', cronExpression: '0 0 30 2 *' } };
  const problem = await refusal(client.create(never));
  check(
    problem.errors?.[0]?.field === 'schedule.cronExpression',
    'what never fires is refused, by name',
    problem,
  );

  if (!values['no-run']) {
    const started = await client.startRun(connectionId);
    const run = await client.waitForRun(connectionId, started.runId, { timeoutMs });
    check(run.status === 'succeeded', `a run moves data (${run.rows} rows, ${run.durationMs} ms)`, run);
    const { data } = await client.runs(connectionId, { pageSize: 1 });
    check(data[0]?.runId === run.runId, 'the run is in the history', data);
    const after = await client.status(connectionId);
    check(after.lastSync !== null && after.nextSync !== null, 'the status tells both times', after);
  }
}

async function cleanUp() {
  for (const connectionId of created) {
    await client.delete(connectionId);
    const gone = await refusal(client.status(connectionId));
    check(gone.code === 'ingestion-not-found', `${connectionId} is deleted again`, gone);
  }
}

try {
  await tell();
} finally {
  await cleanUp();
}
console.log('the deployment does what the description says');
