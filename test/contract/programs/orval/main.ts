import { check, key, neverFires, nightly, orders, url } from '../support';
import {
  createIngestion,
  deleteIngestion,
  getIngestion,
  getIngestionStatus,
  getRun,
  listIngestions,
  listRuns,
  type Problem,
  type Run,
  startRun,
} from './generated/client';

// Orval's fetch client asks for paths: the base and the key are added beneath it.
const plainFetch = globalThis.fetch;
globalThis.fetch = (path, init) =>
  plainFetch(url + String(path), { ...init, headers: { ...init?.headers, 'X-API-Key': key } });

async function main(): Promise<void> {
  const created = await createIngestion(
    { ...orders, schedule: nightly },
    {
      headers: { 'Idempotency-Key': `orval-${Date.now()}` },
    },
  );
  check(created.status === 201, 'it is created');
  const { connectionId } = created.data;

  const read = await getIngestion(connectionId);
  check(read.status === 200, 'it can be read');
  check(read.data.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as sent');

  const list = await listIngestions({ pageSize: 100 });
  check(list.status === 200, 'they can be listed');
  check(
    list.data.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );

  const refused = await createIngestion({ ...orders, schedule: neverFires });
  check(refused.status === 400, 'it is refused');
  const problem: Problem = refused.data;
  check(problem.code === 'validation-failed', 'the problem is typed');
  check(problem.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');

  const started = await startRun(connectionId, {});
  check(started.status === 202, 'a run is started');
  for (let run: Run = started.data; run.endedAt === null;) {
    const now = await getRun(connectionId, run.runId, { wait: 30 });
    check(now.status === 200, 'the run can be waited for');
    run = now.data;
  }
  const runs = await listRuns(connectionId, { pageSize: 1 });
  check(runs.status === 200 && runs.data.data[0]?.status === 'succeeded', 'the run is listed, succeeded');

  const status = await getIngestionStatus(connectionId);
  check(status.status === 200 && status.data.lastSync && status.data.nextSync, 'the status tells both times');

  const deleted = await deleteIngestion(connectionId);
  check(deleted.status === 204, 'it is deleted');
}

void main();
