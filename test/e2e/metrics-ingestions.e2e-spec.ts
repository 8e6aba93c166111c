import { isFeed, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { type MetricSample, parseMetrics, valueOf } from '../support/exposition';
import { fillHistory } from '../support/upstream-history';
import { until } from '../support/until';

const CONNECTIONS = 100;
/** Nothing but a test makes time pass, so that the mirror makes no calls of its own. */
const SETTINGS = { FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '3600000' };

let bench: MirrorBench;
let ids: readonly string[];

beforeAll(async () => {
  bench = await MirrorBench.start();
});
beforeEach(() => {
  ids = fillHistory(bench.upstream.state, { connections: CONNECTIONS, jobsEach: 3 });
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

const scrape = async (gateway: MirrorGateway): Promise<MetricSample[]> => {
  const response = await fetch(`${gateway.url}/metrics`);
  expect(response.status).toBe(200);
  return parseMetrics(await response.text());
};
const open = async (settings: Record<string, string> = {}): Promise<MirrorGateway> => {
  const gateway = await bench.open({ ...SETTINGS, ...settings });
  await gateway.warm(100);
  await until('the mirror to have verified what it read first', async () => {
    const calls = await bench.callsOf(async () => {
      await bench.upstream.idle();
      for (let requests = 0; requests < 5; requests++) await gateway.send('GET', '/health/live');
    });
    return calls.length === 0;
  });
  return gateway;
};
const seriesOf = (samples: readonly MetricSample[]): MetricSample[] =>
  samples.filter(({ name }) => name.startsWith('airbyte_ingestion_'));

it('shows all ingestions without a call to Airbyte, as their statuses do', async () => {
  const gateway = await open();
  let samples: MetricSample[] = [];
  const calls = await bench.callsOf(async () => {
    samples = await scrape(gateway);
  });
  expect(calls).toEqual([]);
  expect(samples.filter(({ name }) => name === 'airbyte_ingestion_info')).toHaveLength(CONNECTIONS);
  for (const id of ids.slice(0, 10)) {
    const { body } = await gateway.status(id);
    const lastSync = body.lastSync === null ? undefined : Date.parse(body.lastSync) / 1000;
    const connection_id = id;
    const value = (name: string, labels = {}): number | undefined =>
      valueOf(samples, `airbyte_ingestion_${name}`, { connection_id, ...labels });
    expect(value('last_success_timestamp_seconds')).toBe(lastSync);
    expect(value('health', { health: body.health })).toBe(1);
    for (const { code } of body.healthReasons) expect(value('problem', { code })).toBe(1);
    expect(value('running')).toBe(body.syncState === 'running' ? 1 : 0);
    expect(value('paused')).toBe(0);
  }
});

it('counts each run once when it has ended, however often it is scraped', async () => {
  const gateway = await open({ FEED_INTERVAL_MS: '2000' });
  const [id = ''] = ids;
  const counts = (samples: readonly MetricSample[]): unknown => {
    const value = (name: string, labels = {}): number | undefined => valueOf(samples, name, labels);
    return {
      succeeded: value('airbyte_ingestion_runs_total', { connection_id: id, outcome: 'succeeded' }),
      rows: value('airbyte_ingestion_rows_total', { connection_id: id }),
      bytes: value('airbyte_ingestion_bytes_total', { connection_id: id }),
      durations: value('airbyte_ingestion_run_duration_seconds_count', { outcome: 'succeeded' }) ?? 0,
      short: value('airbyte_ingestion_run_duration_seconds_bucket', { outcome: 'succeeded', le: '60' }) ?? 0,
      long: value('airbyte_ingestion_run_duration_seconds_bucket', { outcome: 'succeeded', le: '300' }) ?? 0,
    };
  };
  const none = { succeeded: 0, rows: 0, bytes: 0, durations: 0, short: 0, long: 0 };
  expect(counts(await scrape(gateway))).toEqual(none);
  bench.clock.skip(60_000);
  const job = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
  await gateway.tick();
  expect(counts(await scrape(gateway))).toEqual(none);
  bench.clock.skip(120_000);
  bench.upstream.state.history.end(job, 'succeeded', { rowsSynced: 7, bytesSynced: 70 });
  await gateway.tick();
  const once = { succeeded: 1, rows: 7, bytes: 70, durations: 1, short: 0, long: 1 };
  for (let scrapes = 0; scrapes < 3; scrapes++) expect(counts(await scrape(gateway))).toEqual(once);
  const labels = { connection_id: id };
  const durationS = valueOf(await scrape(gateway), 'airbyte_ingestion_last_run_duration_seconds', labels);
  // The ticks in between take some seconds of this clock.
  expect(durationS).toBeGreaterThanOrEqual(120);
  expect(durationS).toBeLessThan(300);
});

it('escapes names, and shortens long ones', async () => {
  const names = ['a "quoted" \\name\\', 'two\nlines', '{le="+Inf"} 1 # HELP x', '🦆'.repeat(300), ''];
  for (const name of names) bench.upstream.state.addConnection({ name });
  const infos = (await scrape(await open())).filter(({ name }) => name === 'airbyte_ingestion_info');
  const shown = infos.map(({ labels }) => labels['name']);
  expect(shown).toEqual(expect.arrayContaining([...names.slice(0, 3), '🦆'.repeat(100), '']));
});

it('leaves out ingestions beyond METRICS_MAX_SERIES, always the same ones, and tells how many', async () => {
  const gateway = await open({ METRICS_MAX_SERIES: '300' });
  const first = await scrape(gateway);
  const shown = valueOf(first, 'airbyte_ingestions_shown') ?? 0;
  expect(shown).toBeGreaterThan(10);
  expect(valueOf(first, 'airbyte_ingestions_left_out')).toBe(CONNECTIONS - shown);
  expect(seriesOf(first).length).toBeLessThanOrEqual(300);
  const idsOf = (samples: readonly MetricSample[]): unknown =>
    samples
      .filter(({ name }) => name === 'airbyte_ingestion_info')
      .map(({ labels }) => labels['connection_id']);
  expect(idsOf(await scrape(gateway))).toEqual(idsOf(first));
});

it('shows paused ingestions', async () => {
  const row = bench.upstream.state.addConnection({ status: 'inactive' });
  const samples = await scrape(await open());
  const labels = { connection_id: row.connectionId };
  expect(valueOf(samples, 'airbyte_ingestion_paused', labels)).toBe(1);
  expect(valueOf(samples, 'airbyte_ingestion_next_sync_timestamp_seconds', labels)).toBeUndefined();
});

it('shows the next sync of a schedule', async () => {
  const schedule = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };
  const row = bench.upstream.state.addConnection({ schedule });
  const samples = await scrape(await open());
  const next = valueOf(samples, 'airbyte_ingestion_next_sync_timestamp_seconds', {
    connection_id: row.connectionId,
  });
  const dueMs = (next ?? 0) * 1000;
  expect(new Date(dueMs).toISOString()).toMatch(/T02:00:00\.000Z$/);
  const aheadMs = dueMs - bench.clock.now().getTime();
  expect(aheadMs).toBeGreaterThan(-60_000);
  expect(aheadMs).toBeLessThan(25 * 3_600_000);
});

it('keeps the last known state during an outage of Airbyte, until it is too old', async () => {
  const gateway = await open({ FEED_INTERVAL_MS: '2000', STALE_IF_ERROR_S: '120' });
  const [id = ''] = ids;
  const lastSuccess = (samples: readonly MetricSample[]): number | undefined =>
    valueOf(samples, 'airbyte_ingestion_last_success_timestamp_seconds', { connection_id: id });
  const before = lastSuccess(await scrape(gateway));
  await bench.upstream.refuse();
  await until('the outage to show', async () => {
    bench.clock.skip(2000);
    return valueOf(await scrape(gateway), 'airbyte_gateway_airbyte_up') === 0;
  });
  expect(lastSuccess(await scrape(gateway))).toBe(before);
  bench.clock.skip(130_000);
  const late = await scrape(gateway);
  expect(lastSuccess(late)).toBeUndefined();
  expect(valueOf(late, 'airbyte_ingestion_info', { connection_id: id })).toBe(1);
  expect(valueOf(late, 'airbyte_gateway_mirror_lag_seconds')).toBeGreaterThan(120);
});

it('keeps the mirror up to date for five minutes after a scrape, and not longer', async () => {
  const gateway = await open({ FEED_INTERVAL_MS: '2000' });
  await scrape(gateway);
  const ticksIn = async (ms: number): Promise<number> => {
    const calls = await bench.callsOf(async () => {
      for (let passed = 0; passed < ms; passed += 2000) {
        bench.clock.skip(2000);
        await bench.upstream.idle();
        // A tick ends some turns of the event loop after its answer has arrived.
        await fetch(`${gateway.url}/health/live`);
      }
    });
    return calls.filter(isFeed).length;
  };
  expect(await ticksIn(240_000)).toBeGreaterThan(40);
  await ticksIn(120_000);
  expect(await ticksIn(60_000)).toBe(0);
});

it('shows none without a mirror', async () => {
  const gateway = await bench.open({ FEED_INTERVAL_MS: '0' });
  const samples = await scrape(gateway);
  expect(seriesOf(samples)).toEqual([]);
  expect(bench.upstream.requests).toEqual([]);
});
