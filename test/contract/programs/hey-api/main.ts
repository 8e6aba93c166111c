import { check, key, neverFires, nightly, orders, url } from '../support';
import { client } from './generated/client.gen';
import {
  createIngestion,
  deleteIngestion,
  getIngestion,
  getIngestionStatus,
  getRun,
  listIngestions,
  listRuns,
  startRun,
} from './generated/sdk.gen';
import type { Problem, Run } from './generated/types.gen';

client.setConfig({ baseUrl: url, auth: ({ type }) => (type === 'apiKey' ? key : undefined) });

async function main(): Promise<void> {
  const created = await createIngestion({
    headers: { 'Idempotency-Key': `hey-api-${Date.now()}` },
    body: { ...orders, schedule: nightly },
  });
  check(created.data && 'connectionId' in created.data, 'it is created');
  const path = { connectionId: created.data.connectionId };

  const read = await getIngestion({ path });
  check(read.data?.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as sent');

  const list = await listIngestions({ query: { pageSize: 100 } });
  check(
    list.data?.data.some((item) => item.connectionId === path.connectionId),
    'it is listed',
  );

  const refused = await createIngestion({ body: { ...orders, schedule: neverFires } });
  const problem: Problem | undefined = refused.error;
  check(problem?.code === 'validation-failed', 'the problem is typed');
  check(problem.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');

  const started = await startRun({ path, body: {} });
  check(started.data, 'a run is started');
  for (let run: Run = started.data; run.endedAt === null;) {
    const now = await getRun({ path: { ...path, runId: run.runId }, query: { wait: 30 } });
    check(now.data, 'the run can be waited for');
    run = now.data;
  }
  const runs = await listRuns({ path, query: { pageSize: 1 } });
  check(runs.data?.data[0]?.status === 'succeeded', 'the run is listed, succeeded');

  const status = await getIngestionStatus({ path });
  check(status.data?.lastSync && status.data.nextSync, 'the status tells both times');

  const deleted = await deleteIngestion({ path });
  check(deleted.response?.status === 204, 'it is deleted');
}

void main();
