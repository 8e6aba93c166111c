import {
  IngestionClient,
  isProblem,
  type Problem,
  type Run,
  WaitTimeoutError,
} from '@airbyte-ingestion/client';

const client = new IngestionClient({
  url: process.env['GATEWAY_URL'] ?? '',
  key: process.env['GATEWAY_KEY'] ?? '',
});
const orders = {
  name: 'Orders to warehouse',
  sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
};

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not as it should be: ${what}`);
}

async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (isProblem(error)) return error.problem;
    throw error;
  }
  throw new Error('it was not refused');
}

async function main(): Promise<void> {
  const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' } as const;
  const { connectionId } = await client.create({ ...orders, schedule });
  try {
    const read = await client.get(connectionId);
    check(read.schedule.cronExpression === '0 2 * * *', 'the schedule comes back as sent');
    const never = { ...schedule, cronExpression: '0 0 30 2 *' };
    const problem = await refusal(client.create({ ...orders, schedule: never }));
    check(problem.code === 'validation-failed', 'the problem is typed');
    check(problem.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');
    check((await client.list({ pageSize: 100 })).data.length > 0, 'it is listed');

    const started: Run = await client.startRun(connectionId);
    try {
      await client.waitForRun(connectionId, started.runId, { timeoutMs: 0 });
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    const run = await client.waitForRun(connectionId, started.runId);
    check(run.status === 'succeeded' && (run.rows ?? 0) > 0, 'the run moved rows');
    const [result] = await client.statuses([connectionId]);
    check(result?.status?.lastSync !== null, 'the status tells the last sync');
  } finally {
    await client.delete(connectionId);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
