import { until } from '../../support/until';
import type { Caller } from './http';
import { type Json, textAt } from './json';
import type { Fixtures } from './fixtures';

const RUN_TIMEOUT_MS = 600_000;
const ENDED = ['succeeded', 'failed', 'cancelled'];
/** Far enough away to fire on nobody. */
const YEARLY = { scheduleType: 'cron', cronExpression: '0 3 1 1 *' };

/** Everything that callers can do with the gateway, as far as it makes the gateway ask Airbyte. */
export async function runScenario(gateway: Caller, fixtures: Fixtures): Promise<void> {
  await gateway.expect(200, 'GET', '/health/ready');
  for (const path of ['/sources', '/destinations']) await gateway.expect(200, 'GET', `${path}?pageSize=1`);
  await refuseWhatIsUnknown(gateway, fixtures);
  const ids = await createAll(gateway, fixtures);
  await read(gateway, fixtures, ids);
  await change(gateway, ids[0] ?? '');
  await runAll(gateway, fixtures);
  for (const id of ids) await gateway.expect(204, 'DELETE', `/ingestion/${id}`);
  await gateway.expect(404, 'GET', `/ingestion/${ids[0] ?? ''}`);
}

function creation(fixtures: Fixtures, more: object = {}): object {
  const { quickSourceId: sourceId, destinationId } = fixtures;
  return { name: 'Upstream contract', sourceId, destinationId, ...more };
}

async function create(gateway: Caller, body: object): Promise<string> {
  return textAt(await gateway.expect(201, 'POST', '/ingestion', body), 'connectionId');
}

/** Creations that Airbyte refuses, after which the gateway finds out which of the ids is wrong. */
async function refuseWhatIsUnknown(gateway: Caller, fixtures: Fixtures): Promise<void> {
  const nobody = '00000000-0000-4000-8000-000000000000';
  await gateway.expect(422, 'POST', '/ingestion', creation(fixtures, { sourceId: nobody }));
  await gateway.expect(422, 'POST', '/ingestion', creation(fixtures, { destinationId: nobody }));
  await gateway.expect(404, 'GET', `/ingestion/${nobody}/status`);
  await gateway.expect(200, 'POST', '/ingestion/check', creation(fixtures));
  await gateway.expect(200, 'POST', '/ingestion/check', creation(fixtures, { streams: [fixtures.stream] }));
  const unknownStream = creation(fixtures, { streams: [{ name: 'no_such_stream' }] });
  for (const path of ['/ingestion', '/ingestion/check']) {
    const { errors } = await gateway.expect(422, 'POST', path, unknownStream);
    if (!JSON.stringify(errors).includes('streams[0].name'))
      throw new Error(`${path} does not name the stream: ${JSON.stringify(errors)}`);
  }
}

/** One ingestion of every kind; the first has a name and a cron expression. */
async function createAll(gateway: Caller, fixtures: Fixtures): Promise<string[]> {
  const incremental = { ...fixtures.stream, syncMode: 'incremental_append' };
  const variants = [
    { schedule: YEARLY, status: 'active' },
    { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 1 1 ? *' } },
    { schedule: { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' } },
    { schedule: { scheduleType: 'manual' }, streams: [incremental] },
    { status: 'inactive', streams: [{ ...fixtures.stream, syncMode: 'full_refresh_append' }] },
  ];
  const ids: string[] = [];
  for (const variant of variants) ids.push(await create(gateway, creation(fixtures, variant)));
  return ids;
}

async function read(gateway: Caller, fixtures: Fixtures, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await gateway.expect(200, 'GET', `/ingestion/${id}`);
    await gateway.expect(200, 'GET', `/ingestion/${id}/status`);
  }
  await gateway.expect(200, 'POST', '/ingestion/status/batch', { ids });
  for (const query of [
    'pageSize=2',
    'status=inactive',
    'health=never_synced',
    `sourceId=${fixtures.quickSourceId}`,
  ])
    await gateway.expect(200, 'GET', `/ingestion?${query}`);
}

async function change(gateway: Caller, id: string): Promise<void> {
  const changes = [
    { name: 'Upstream contract, renamed' },
    { status: 'inactive' },
    { schedule: { scheduleType: 'basic', basicTiming: 'Every 12 HOURS' } },
    { schedule: { scheduleType: 'manual' } },
    { schedule: YEARLY, status: 'active' },
  ];
  for (const one of changes) await gateway.expect(200, 'PATCH', `/ingestion/${id}`, one);
}

/** Runs that succeed, wait, are cancelled and fail. */
async function runAll(gateway: Caller, fixtures: Fixtures): Promise<void> {
  const manual = { schedule: { scheduleType: 'manual' } };
  const quick = await create(gateway, creation(fixtures, manual));
  const slow = await create(gateway, creation(fixtures, { ...manual, sourceId: fixtures.slowSourceId }));
  const long = await start(gateway, slow);
  const waiting = await start(gateway, quick);
  await gateway.expect(200, 'GET', `/ingestion/${quick}/status`);
  await gateway.expect(200, 'POST', `/ingestion/${slow}/runs/${long}/cancel`);
  await ended(gateway, quick, waiting, 'succeeded');
  for (const query of ['', '?status=succeeded', '?pageSize=1'])
    await gateway.expect(200, 'GET', `/ingestion/${quick}/runs${query}`);
  await gateway.expect(200, 'GET', `/ingestion/${quick}/status`);
  if (fixtures.failingSourceId !== null) {
    const failing = await create(
      gateway,
      creation(fixtures, { ...manual, sourceId: fixtures.failingSourceId }),
    );
    await ended(gateway, failing, await start(gateway, failing), 'failed');
    await gateway.expect(200, 'GET', `/ingestion/${failing}/status`);
  }
}

async function start(gateway: Caller, id: string): Promise<string> {
  return textAt(await gateway.expect(202, 'POST', `/ingestion/${id}/runs`), 'runId');
}

async function ended(gateway: Caller, id: string, runId: string, status: string): Promise<void> {
  const run = await until(
    `run ${runId} to end`,
    async (): Promise<Json | null> => {
      const now = await gateway.expect(200, 'GET', `/ingestion/${id}/runs/${runId}`);
      return ENDED.includes(textAt(now, 'status')) ? now : null;
    },
    RUN_TIMEOUT_MS,
  );
  if (textAt(run, 'status') !== status) throw new Error(`A run was to be ${status}: ${JSON.stringify(run)}`);
}
