import createClient from 'openapi-fetch';
import { check, key, neverFires, nightly, orders, url } from '../support';
import type { components, paths } from './generated/schema';

type Problem = components['schemas']['Problem'];

const client = createClient<paths>({ baseUrl: url, headers: { 'X-API-Key': key } });

async function main(): Promise<void> {
  const created = await client.POST('/ingestion', {
    params: { header: { 'Idempotency-Key': `openapi-fetch-${Date.now()}` } },
    body: { ...orders, schedule: nightly },
  });
  check(created.data && 'connectionId' in created.data, 'it is created');
  const { connectionId } = created.data;
  const params = { path: { connectionId } };

  const read = await client.GET('/ingestion/{connectionId}', { params });
  check(read.data?.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as sent');

  const list = await client.GET('/ingestion', { params: { query: { pageSize: 100 } } });
  check(
    list.data?.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );

  const refused = await client.POST('/ingestion', { body: { ...orders, schedule: neverFires } });
  const problem: Problem | undefined = refused.error;
  check(problem?.code === 'validation-failed', 'the problem is typed');
  check(problem.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');

  const started = await client.POST('/ingestion/{connectionId}/runs', { params, body: {} });
  check(started.data, 'a run is started');
  const { runId } = started.data;
  for (let run = started.data; run.endedAt === null;) {
    const now = await client.GET('/ingestion/{connectionId}/runs/{runId}', {
      params: { path: { connectionId, runId }, query: { wait: 30 } },
    });
    check(now.data, 'the run can be waited for');
    run = now.data;
  }
  const runs = await client.GET('/ingestion/{connectionId}/runs', {
    params: { ...params, query: { pageSize: 1 } },
  });
  check(runs.data?.data[0]?.status === 'succeeded', 'the run is listed, succeeded');

  const status = await client.GET('/ingestion/{connectionId}/status', { params });
  check(status.data?.lastSync && status.data.nextSync, 'the status tells both times');

  const deleted = await client.DELETE('/ingestion/{connectionId}', { params });
  check(deleted.response.status === 204, 'it is deleted');
}

void main();
