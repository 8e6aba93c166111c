import { check, key, neverFires, nightly, orders, url } from '../support';
import {
  createIngestion,
  deleteIngestion,
  getIngestion,
  getIngestionStatus,
  getRun,
  listIngestions,
  listRuns,
  startRun,
} from './generated';

// Its fetch client sends JSON without its type.
const config = { baseURL: url, headers: { 'X-API-Key': key, 'Content-Type': 'application/json' } };

async function main(): Promise<void> {
  const { connectionId } = await createIngestion(
    { ...orders, schedule: nightly },
    { 'Idempotency-Key': `kubb-${Date.now()}` },
    config,
  );
  const read = await getIngestion(connectionId, {}, config);
  check(read.schedule.cronExpression === '0 2 * * *', 'the schedule comes back as sent');
  const list = await listIngestions({ pageSize: 100 }, config);
  check(
    list.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );
  // Its fetch client answers with whatever came.
  const refused: unknown = await createIngestion({ ...orders, schedule: neverFires }, {}, config);
  check(JSON.stringify(refused).includes('validation-failed'), 'it is refused');

  let run = await startRun(connectionId, {}, {}, config);
  while (run.endedAt === null) run = await getRun(connectionId, run.runId, { wait: 30 }, config);
  const runs = await listRuns(connectionId, { pageSize: 1 }, config);
  check(runs.data[0]?.status === 'succeeded', 'the run is listed, succeeded');
  const status = await getIngestionStatus(connectionId, {}, {}, config);
  check(status.lastSync && status.nextSync, 'the status has both times');
  check(status.lastRun?.runId === run.runId, 'the status has the run');
  await deleteIngestion(connectionId, config);
}

void main();
