import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock';
import { parseMetrics } from '../support/exposition';
import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { javaInstant, type JobRow } from '../support/upstream-jobs';
import { Evaluation } from './evaluation';
import { metricsOf } from './expressions';
import { Recording } from './night';
import { drawNight, GRAPHS } from './night-graphs';
import { readRules, ROOT } from './tools';

/**
 * A night in front of a scripted Airbyte, in minutes. The gateway is real; its clock is moved by a minute at a time, and its metrics are
 * scraped each minute. promtool then evaluates the rules over what was scraped, with their usual times.
 */
const HOUR = 60;
const NIGHT = 6 * HOUR + 10;
const RUN = 2;
const SLOW = { from: 4 * HOUR + 5, to: 4 * HOUR + 20 };
const GONE = { from: 5 * HOUR + 5, to: 5 * HOUR + 35 };
const HOURLY = { scheduleType: 'cron', cronExpression: '0 0 * * * ? UTC' };
const MINUTE_MS = 60_000;
/** The client measures Airbyte with the clock of the machine, so this takes real time, for one request of a minute. */
const SLOW_MS = 2700;

interface Expectation {
  readonly alert: string;
  /** The ingestion, for alerts about one. */
  readonly name?: string;
  /** Minutes in which it begins and ends to fire. A scrape and an evaluation later are one minute each. */
  readonly from: number;
  readonly to: number;
}

const EXPECTED: readonly Expectation[] = [
  // The run of 1:00 fails after two minutes; the alert waits for five. The run of 2:00 succeeds.
  { alert: 'AirbyteIngestionFailing', name: 'Invoices', from: HOUR + RUN + 5, to: 2 * HOUR + RUN },
  // The run of 2:00 is missing. It counts as missed after 30 minutes.
  { alert: 'AirbyteIngestionMissedRun', name: 'Customers', from: 2 * HOUR + 30 + 5, to: 3 * HOUR },
  // The run of 3:00 succeeds without rows, the one of 4:00 has rows.
  { alert: 'AirbyteIngestionEmpty', name: 'Products', from: 3 * HOUR + RUN + 1, to: 4 * HOUR + RUN },
  { alert: 'AirbyteSlow', from: SLOW.from + 10, to: SLOW.to + 2 },
  { alert: 'AirbyteDown', from: GONE.from + 5, to: GONE.to },
];
const SCRIPT = {
  minutes: NIGHT,
  outages: [
    { label: 'slow', ...SLOW },
    { label: 'gone', ...GONE },
  ],
  runs: [
    { label: 'a run fails', from: HOUR, to: HOUR + RUN },
    { label: 'a run is missing', from: 2 * HOUR, to: 2 * HOUR + RUN },
    { label: 'a run is empty', from: 3 * HOUR, to: 3 * HOUR + RUN },
  ],
};
/** Time by which an alert may begin or end later, in minutes. */
const SLACK = 3;

let bench: MirrorBench;
let folder: string;

beforeAll(async () => {
  bench = await MirrorBench.start();
  folder = await mkdtemp(join(tmpdir(), 'night-'));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

/** The script of the night: what Airbyte does in each minute. */
class Night {
  private readonly ids = new Map<string, string>();
  private readonly running = new Map<string, JobRow>();

  private minute = 0;
  private slowMinute = -1;

  constructor(private readonly startMs: number) {
    for (const name of ['Orders', 'Invoices', 'Customers', 'Products']) {
      const createdAt = Math.floor(startMs / 1000) - 86_400;
      const { connectionId } = bench.upstream.state.addConnection({ name, schedule: HOURLY, createdAt });
      this.ids.set(name, connectionId);
      for (let hour = -12; hour < 0; hour++) {
        const at = startMs + hour * HOUR * MINUTE_MS;
        bench.upstream.state.addJob({
          connectionId,
          startTime: javaInstant(new Date(at)),
          lastUpdatedAt: javaInstant(new Date(at + RUN * MINUTE_MS)),
          rowsSynced: 100,
          bytesSynced: 10_000,
        });
      }
    }
  }

  async act(minute: number): Promise<void> {
    this.minute = minute;
    const { upstream } = bench;
    const hour = Math.floor(minute / HOUR);
    if (minute % HOUR === 0)
      for (const [name, connectionId] of this.ids)
        if (!(name === 'Customers' && hour === 2))
          this.running.set(name, upstream.state.addJob({ connectionId, status: 'running' }));
    if (minute % HOUR === RUN) for (const [name, job] of this.running) this.end(name, job, hour);
    if (minute === SLOW.from) upstream.on('GET /jobs', () => this.delay());
    if (minute === SLOW.to) upstream.on('GET /jobs', () => undefined);
    if (minute === GONE.from) await upstream.refuse();
    if (minute === GONE.to) await upstream.listen();
  }

  /** Delays the first read of a minute: more than 5 % of all are slow then. */
  private async delay(): Promise<undefined> {
    if (this.slowMinute === this.minute) return undefined;
    this.slowMinute = this.minute;
    await systemClock.wait(SLOW_MS);
    return undefined;
  }

  isGone(minute: number): boolean {
    return minute >= GONE.from && minute < GONE.to;
  }

  atMs(minute: number): number {
    return this.startMs + minute * MINUTE_MS;
  }

  private end(name: string, job: JobRow, hour: number): void {
    const hasFailed = name === 'Invoices' && hour === 1;
    const rowsSynced = hasFailed || (name === 'Products' && hour === 3) ? 0 : 100;
    const counts = { rowsSynced, bytesSynced: rowsSynced * 100 };
    bench.upstream.state.history.end(job, hasFailed ? 'failed' : 'succeeded', counts);
    this.running.delete(name);
  }
}

async function record(gateway: MirrorGateway, night: Night): Promise<Recording> {
  const recording = new Recording();
  for (let minute = 0; minute <= NIGHT; minute++) {
    bench.clock.skip(Math.max(0, night.atMs(minute) - bench.clock.now().getTime()));
    await night.act(minute);
    // The scrape comes after the gateway has read what happened in this minute, if it can.
    if (night.isGone(minute)) await gateway.send('GET', '/ingestion?pageSize=1');
    else await gateway.tick();
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    recording.add(parseMetrics(page), { job: 'gateway', instance: 'a' });
  }
  return recording;
}

const used = new Set(readRules().flatMap(({ expr }) => metricsOf(expr)));
const minuteOf = (fold: string, { alert, name }: Expectation): string => {
  const labels = name === undefined ? '' : `, name="${name}"`;
  const times = `timestamp(ALERTS{alertstate="firing", alertname="${alert}"${labels}})`;
  return `${fold}(${fold}_over_time(${times}[${NIGHT}m:1m])) / 60`;
};

it('the expected alerts fire, at the expected times, and no other', async () => {
  const hourMs = HOUR * MINUTE_MS;
  bench.clock.skip(hourMs - (bench.clock.now().getTime() % hourMs));
  const night = new Night(bench.clock.now().getTime());
  const gateway = await bench.open();
  await gateway.warm(100);
  const recording = await record(gateway, night);
  const input_series = recording
    .inputSeries()
    .filter(({ series }) => used.has(series.slice(0, series.indexOf('{'))));
  expect(input_series.length).toBeGreaterThan(50);
  const within = (expr: string, from: number): object => ({
    expr: `((${expr}) >= bool ${from}) * ((${expr}) <= bool ${from + SLACK})`,
    eval_time: `${NIGHT}m`,
    exp_samples: [{ labels: '{}', value: 1 }],
  });
  const evaluation = new Evaluation(input_series, folder);
  const result = await evaluation.test('night', [
    {
      expr: `count by (alertname, name) (count_over_time(ALERTS{alertstate="firing"}[${NIGHT}m]))`,
      eval_time: `${NIGHT}m`,
      exp_samples: EXPECTED.map(({ alert, name }) => ({
        labels: `{alertname="${alert}"${name === undefined ? '' : `, name="${name}"`}}`,
        value: 1,
      })),
    },
    ...EXPECTED.flatMap((one) => [
      within(minuteOf('min', one), one.from),
      within(minuteOf('max', one), one.to - 1),
    ]),
  ]);
  expect(result).toContain('SUCCESS');
  if (process.env['RECORD_GRAPHS']) await drawNight(evaluation, SCRIPT);
}, 300_000);

it('docs/operations.md shows its graphs, which have a title, labels of both axes and colours for dark pages', () => {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const graphs = [...page.matchAll(/!\[([^\]]+)\]\(operations\/([\w-]+\.svg)\)/g)];
  expect(graphs).toHaveLength(2);
  for (const [, description = '', name = ''] of graphs) {
    const svg = readFileSync(join(GRAPHS, name), 'utf8');
    expect(svg.length).toBeLessThan(20_000);
    expect(svg).toMatch(/<title>[^<]+<\/title>/);
    expect(svg).toContain('time of the night, h:mm');
    expect(svg).toMatch(/p95 of reads, seconds|firing alert/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(description).not.toBe('');
  }
  const alerts = readFileSync(join(GRAPHS, 'night-alerts.svg'), 'utf8');
  for (const { alert } of EXPECTED) expect(alerts).toContain(`>${alert}<`);
});
