import { check, key, neverFires, nightly, orders, url } from '../support';
import * as api from './generated/client';

api.defaults.baseUrl = url;
api.defaults.headers = { 'X-API-Key': key };

async function main(): Promise<void> {
  const created = await api.createIngestion(
    { ...orders, schedule: nightly },
    { idempotencyKey: `oazapfts-${Date.now()}` },
  );
  check(created.status === 201, 'it is created');
  const { connectionId } = created.data;

  const read = await api.getIngestion(connectionId);
  check(
    read.status === 200 && read.data.schedule.cronExpression === '0 2 * * *',
    'the schedule comes back as sent',
  );
  const list = await api.listIngestions({ pageSize: 100 });
  check(
    list.status === 200 && list.data.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );

  const refused = await api.createIngestion({ ...orders, schedule: neverFires });
  check(refused.status === 400 && refused.data.code === 'validation-failed', 'the problem is typed');
  check(refused.data.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');

  const started = await api.startRun(connectionId);
  check(started.status === 202, 'a run is started');
  for (let { runId, endedAt } = started.data; endedAt === null;) {
    const now = await api.getRun(connectionId, runId, { wait: 30 });
    check(now.status === 200, 'the run can be waited for');
    ({ runId, endedAt } = now.data);
  }
  const runs = await api.listRuns(connectionId, { pageSize: 1 });
  check(runs.status === 200 && runs.data.data[0]?.status === 'succeeded', 'the run is listed, succeeded');
  const status = await api.getIngestionStatus(connectionId);
  check(status.status === 200 && status.data.lastSync && status.data.nextSync, 'the status has both times');
  check(status.data.lastRun?.runId === started.data.runId, 'the status has the run');
  const deleted = await api.deleteIngestion(connectionId);
  check(deleted.status === 204, 'it is deleted');
}

void main();
