import { check, key, neverFires, nightly, orders, url } from '../support';
import { createApiClient } from './generated/client';

// It holds every answer to its schema.
const api = createApiClient(url, { axiosConfig: { headers: { 'X-API-Key': key } } });

async function main(): Promise<void> {
  const headers = { 'Idempotency-Key': `openapi-zod-client-${Date.now()}` };
  const { connectionId } = await api.createIngestion({ ...orders, schedule: nightly }, { headers });
  const params = { connectionId };
  const read = await api.getIngestion({ params });
  check(read.schedule.cronExpression === '0 2 * * *', 'the schedule comes back as sent');
  const list = await api.listIngestions({ queries: { pageSize: 100 } });
  check(
    list.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );
  const refused: unknown = await api
    .createIngestion({ ...orders, schedule: neverFires })
    .catch((error: unknown) => error);
  check(refused instanceof Error, 'it is refused');

  let run = await api.startRun({}, { params });
  while (run.endedAt === null)
    run = await api.getRun({ params: { ...params, runId: run.runId }, queries: { wait: 30 } });
  const runs = await api.listRuns({ params, queries: { pageSize: 1 } });
  check(runs.data[0]?.status === 'succeeded', 'the run is listed, succeeded');
  const status = await api.getIngestionStatus({ params });
  check(status.lastSync && status.nextSync, 'the status has both times');
  check(status.lastRun?.runId === run.runId, 'the status has the run');
  await api.deleteIngestion(undefined, { params });
}

void main();
