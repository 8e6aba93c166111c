import { check, key, neverFires, nightly, orders, url } from '../support';
import { Api, type Problem } from './generated/client';

const { ingestion } = new Api({ baseUrl: url, baseApiParams: { headers: { 'X-API-Key': key } } });

async function main(): Promise<void> {
  const headers = { 'Idempotency-Key': `swagger-typescript-api-${Date.now()}` };
  const { data: created } = await ingestion.createIngestion({ ...orders, schedule: nightly }, { headers });
  const { connectionId } = created;
  const { data: read } = await ingestion.getIngestion(connectionId);
  check(read.schedule.cronExpression === '0 2 * * *', 'the schedule comes back as sent');
  const { data: list } = await ingestion.listIngestions({ pageSize: 100 });
  check(
    list.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );
  const refused = await ingestion.createIngestion({ ...orders, schedule: neverFires }).then(
    () => null,
    (answer: { error: Problem }) => answer.error,
  );
  check(refused?.code === 'validation-failed', 'the problem is typed');

  let { data: run } = await ingestion.startRun(connectionId, {});
  while (run.endedAt === null)
    ({ data: run } = await ingestion.getRun(connectionId, run.runId, { wait: 30 }));
  const { data: runs } = await ingestion.listRuns(connectionId, { pageSize: 1 });
  check(runs.data[0]?.status === 'succeeded', 'the run is listed, succeeded');
  const { data: status } = await ingestion.getIngestionStatus(connectionId);
  check(status.lastSync && status.nextSync, 'the status has both times');
  check(status.lastRun?.runId === run.runId, 'the status has the run');
  const deleted = await ingestion.deleteIngestion(connectionId);
  check(deleted.status === 204, 'it is deleted');
}

void main();
