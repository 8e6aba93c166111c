// npm run smoke -- --url https://… [--key KEY] [--source ID] [--destination ID] [--no-run] [--timeout-s 600]
// Tests a running deployment end to end and deletes everything that it created.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { IngestionClient, isProblem, type Problem } from '@airbyte-ingestion/client';
import { reasonOf } from './reason';

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

const created = new Set<string>();

function check(condition: boolean, what: string, found: unknown): void {
  if (!condition) throw new Error(`check failed: ${what}: ${JSON.stringify(found)}`);
  process.stdout.write(`ok: ${what}\n`);
}

async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (isProblem(error)) return error.problem;
    throw error;
  }
  throw new Error('an invalid request was accepted');
}

async function checkCreation(client: IngestionClient): Promise<string> {
  const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' } as const;
  const preview = await client.preview({ schedule, count: 3 });
  check(preview.nextSyncs.length === 3, 'a schedule is explained', preview);

  const request = {
    name: `Deployment test ${new Date().toISOString()}`,
    sourceId: values.source,
    destinationId: values.destination,
    schedule,
    status: 'inactive',
  } as const;
  const wouldBe = await client.check(request);
  check(
    wouldBe.schedule.cronExpression === '0 2 * * *',
    'a creation can be validated without creating',
    wouldBe,
  );
  const idempotencyKey = randomUUID();
  for (let times = 0; times < 2; times += 1)
    created.add((await client.create(request, { idempotencyKey })).connectionId);
  check(created.size === 1, 'the same request twice creates once', [...created]);

  const never = { ...request, schedule: { ...schedule, cronExpression: '0 0 30 2 *' } };
  const problem = await refusal(client.create(never).then(({ connectionId }) => created.add(connectionId)));
  const [fault] = problem.errors ?? [];
  check(
    fault?.field === 'schedule.cronExpression',
    'a schedule that never fires is refused with its field',
    problem,
  );
  return [...created].join();
}

async function checkState(client: IngestionClient, connectionId: string): Promise<void> {
  const ingestion = await client.get(connectionId);
  check(ingestion.streams.length > 0, 'it can be read back, with its streams', ingestion);
  const status = await client.status(connectionId);
  check(status.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as it was sent', status);
  check(status.nextSync === null, 'an inactive ingestion has no next sync', status);
  const listed: string[] = [];
  for await (const item of client.listAll({ sourceId: values.source, pageSize: 100 }))
    listed.push(item.connectionId);
  check(listed.includes(connectionId), 'it is listed', listed);
  const active = await client.patch(connectionId, { status: 'active' });
  check(active.status === 'active', 'it can be made active', active);
}

async function checkRun(client: IngestionClient, connectionId: string): Promise<void> {
  const { runId } = await client.startRun(connectionId);
  const run = await client.waitForRun(connectionId, runId, { timeoutMs: Number(values['timeout-s']) * 1000 });
  check(run.status === 'succeeded', `a run moves data (${String(run.rows)} rows)`, run);
  const { data } = await client.runs(connectionId, { pageSize: 1 });
  check(data[0]?.runId === runId, 'the run is in the history', data);
  const after = await client.status(connectionId);
  check(after.lastSync !== null && after.nextSync !== null, 'the status contains both times', after);
}

async function cleanUp(client: IngestionClient): Promise<void> {
  // All deletions are started, so that one failure does not prevent the others.
  const deletions = await Promise.allSettled([...created].map((connectionId) => client.delete(connectionId)));
  for (const deletion of deletions) if (deletion.status === 'rejected') throw deletion.reason as Error;
  for (const connectionId of created) {
    const gone = await refusal(client.status(connectionId));
    check(gone.code === 'ingestion-not-found', `${connectionId} is deleted`, gone);
  }
}

async function main(url: string): Promise<void> {
  const client = new IngestionClient({ url, ...(values.key !== undefined && { key: values.key }) });
  const ready = await client.http.GET('/health/ready');
  check(ready.response.ok, 'the deployment is ready', ready.error);
  try {
    const connectionId = await checkCreation(client);
    await checkState(client, connectionId);
    if (!values['no-run']) await checkRun(client, connectionId);
  } finally {
    await cleanUp(client);
  }
  process.stdout.write('the deployment works as described\n');
}

if (values.url === undefined) {
  process.stderr.write('Specify the deployment: npm run smoke -- --url http://127.0.0.1:3000\n');
  process.exitCode = 2;
} else {
  main(values.url).catch((error: unknown) => {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  });
}
