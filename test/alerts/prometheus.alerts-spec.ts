import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway-process';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';
import { fillHistory } from '../support/upstream-history';
import { expressionsOf, metricsOf } from './expressions';
import { PrometheusServer } from './prometheus-server';
import { readRules, ROOT, RULES } from './tools';

const CONNECTIONS = 50;
const NO_REDIS = 'redis://127.0.0.1:1';

/** Two gateways as an operator runs them: one in front of an Airbyte, one with the embedded one. */
let upstream: ScriptedUpstream;
let dataDir: string;
let gateways: readonly GatewayProcess[] = [];
let prometheus: PrometheusServer;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  fillHistory(upstream.state, { connections: CONNECTIONS, jobsEach: 3 });
  dataDir = await mkdtemp(join(tmpdir(), 'alerts-'));
  gateways = await Promise.all([
    GatewayProcess.start({
      AIRBYTE_API_URL: upstream.url,
      AIRBYTE_CLIENT_ID: 'gateway',
      AIRBYTE_CLIENT_SECRET: 'secret',
      REDIS_URL: NO_REDIS,
      FRESHNESS: 'PT30M',
    }),
    GatewayProcess.start({ DATA_DIR: dataDir }),
  ]);
  const rules = join(dataDir, 'rules.yaml');
  // The group about 28 days is evaluated every three minutes otherwise.
  await writeFile(rules, (await readFile(RULES, 'utf8')).replace('interval: 3m', 'interval: 1s'));
  prometheus = await PrometheusServer.start({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: 'airbyte-ingestion',
        static_configs: [{ targets: gateways.map(({ url }) => new URL(url).host) }],
      },
    ],
  });
  for (const { url } of gateways) {
    await fetch(`${url}/ingestion`);
    await fetch(`${url}/ingestion/unknown`);
    await fetch(`${url}/ingestion/unknown/runs/1?wait=1`);
    await fetch(`${url}/ingestion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-of-${url}` },
      body: '{}',
    });
  }
  await runSample(gateways[1]?.url ?? '');
  await until('the recorded series of all ingestions', async () => {
    const runs = await prometheus.query('airbyte_ingestion_run_duration_seconds_bucket');
    const series = await prometheus.query('namespace_job_connection:airbyte_ingestion_info:topk');
    const rated = await prometheus.query('namespace_job:airbyte_gateway_upstream_read_seconds:p95_rate5m');
    return series.length > CONNECTIONS && rated.length > 0 && runs.length > 0;
  });
});

afterAll(async () => {
  await prometheus.close();
  await Promise.all(gateways.map((gateway) => gateway.kill('SIGTERM')));
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
});

const recorded = new Set(readRules().flatMap(({ record }) => record ?? []));
/** Metrics of Prometheus itself. */
const BUILT_IN = ['up', 'ALERTS'];

/** A run makes the metrics of durations. */
async function runSample(url: string): Promise<void> {
  const { data } = (await (await fetch(`${url}/ingestion`)).json()) as { data: { connectionId: string }[] };
  const response = await fetch(`${url}/ingestion/${data[0]?.connectionId}/runs`, { method: 'POST' });
  expect(response.status).toBe(202);
}

async function dashboard(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'deploy/grafana/airbyte-ingestion-api.dashboard.json'), 'utf8');
  return expressionsOf(JSON.parse(text) as Parameters<typeof expressionsOf>[0]);
}

async function names(): Promise<ReadonlySet<string>> {
  const { data } = await prometheus.get<string[]>('label/__name__/values');
  return new Set(data);
}

it('Prometheus scrapes both gateways', async () => {
  const targets = await prometheus.query('up');
  expect(targets.map(({ value: [, up] }) => up)).toEqual(['1', '1']);
  const samples = await prometheus.query('min(scrape_samples_scraped)');
  expect(Number(samples[0]?.value[1])).toBeGreaterThan(100);
});

it('promtool finds no fault in the metrics', async () => {
  for (const { url } of gateways) {
    const page = await (await fetch(`${url}/metrics`)).text();
    const output = await new Promise<string>((resolve) => {
      const child = execFile('promtool', ['check', 'metrics'], (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      });
      child.stdin?.end(page);
    });
    expect(output).toBe('');
  }
});

it('every expression of the rules and of the dashboard runs, and uses only metrics that exist', async () => {
  const expressions = [...readRules().map(({ expr }) => expr), ...(await dashboard())];
  expect(expressions.length).toBeGreaterThan(60);
  // Some recorded series come with the first problem.
  const known = new Set([...(await names()), ...recorded, ...BUILT_IN]);
  const faults: unknown[] = [];
  for (const query of expressions) {
    const answer = await prometheus.get<unknown>('query', { query });
    if (answer.status !== 'success' || answer.warnings !== undefined) faults.push({ query, answer });
    faults.push(
      ...metricsOf(query)
        .filter((name) => !known.has(name))
        .map((name) => ({ query, name })),
    );
  }
  expect(faults).toEqual([]);
});

it('rules are evaluated without an error', async () => {
  interface Evaluated {
    readonly groups: readonly {
      readonly rules: readonly { name: string; health: string; lastError?: string }[];
    }[];
  }
  const rules = await until('all groups to be evaluated', async () => {
    const { data } = await prometheus.get<Evaluated>('rules');
    const all = data.groups.flatMap((group) => group.rules);
    return all.every(({ health }) => health !== 'unknown') && all;
  });
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
});

it('ingestions that fail, and the missing Redis, are pending alerts', async () => {
  const pending = async (alert: string): Promise<number> =>
    (await prometheus.query(`ALERTS{alertname="${alert}", alertstate="pending"}`)).length;
  expect(await pending('AirbyteIngestionFailing')).toBe(CONNECTIONS / 5);
  expect(await pending('AirbyteGatewayRedisDown')).toBe(1);
  expect(await pending('AirbyteDown')).toBe(0);
});

it.each([
  ['sum by (a) (rate(b_total{c="d"}[5m])) / on (e) group_left (f) g:h:i', ['b_total', 'g:h:i']],
  ['histogram_quantile(0.95, x_bucket) > bool 0.5 unless y == 0', ['x_bucket', 'y']],
  ['topk by (a) (1, max by (b) (c)) and "d{e}" == 2', ['c']],
])('the metrics of %s are found', (expr, expected) => {
  expect(metricsOf(expr)).toEqual(expected);
});
