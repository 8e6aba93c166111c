import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from './evaluation';
import { laneGraph, lineGraph, type Span } from './svg';
import { ROOT } from './tools';

/** Folder of the graphs that docs/operations.md shows. */
export const GRAPHS = join(ROOT, 'docs', 'operations');
const LATENCY = 'namespace_job:airbyte_gateway_upstream_read_seconds:p95_rate5m';
/** Limit of AirbyteSlow in seconds. */
const SLOW_S = 2.5;
const FIRING = 'timestamp(ALERTS{alertstate="firing"})';

/** What the script of the night has done. */
export interface Script {
  readonly minutes: number;
  readonly outages: readonly Span[];
  readonly runs: readonly Span[];
}

/** Draws the latency of Airbyte and the alerts, as Prometheus has computed them. */
export async function drawNight(evaluation: Evaluation, script: Script): Promise<void> {
  const latency = lineGraph({
    title: "Airbyte's latency during the night",
    yLabel: 'p95 of reads, seconds',
    minutes: script.minutes,
    phases: script.outages,
    points: await latencyIn(evaluation, script.minutes),
    limit: { label: `AirbyteSlow: more than ${SLOW_S} s for 10 minutes`, value: SLOW_S },
    max: 6,
  });
  const alerts = laneGraph({
    title: 'Alerts during the night',
    yLabel: 'firing alert',
    minutes: script.minutes,
    phases: [...script.runs, ...script.outages],
    bars: await alertsIn(evaluation, script.minutes),
  });
  mkdirSync(GRAPHS, { recursive: true });
  writeFileSync(join(GRAPHS, 'night-latency.svg'), latency);
  writeFileSync(join(GRAPHS, 'night-alerts.svg'), alerts);
}

async function latencyIn(evaluation: Evaluation, minutes: number): Promise<[number, number][]> {
  const all = Array.from({ length: minutes + 1 }, (_, minute) => minute);
  const found = await evaluation.values(LATENCY, all);
  return [...found].flatMap(([minute, [sample]]) => {
    const isKnown = sample !== undefined && Number.isFinite(sample.value);
    return isKnown ? [[minute, sample.value] as [number, number]] : [];
  });
}

/** The alerts in the order of their begin. */
async function alertsIn(evaluation: Evaluation, minutes: number): Promise<Span[]> {
  const at = async (fold: 'min' | 'max'): Promise<Map<string, number>> => {
    const over = `${fold}_over_time(${FIRING}[${minutes}m:1m])`;
    const expr = `${fold} by (alertname, name) (${over}) / 60`;
    const found = (await evaluation.values(expr, [minutes])).get(minutes) ?? [];
    return new Map(found.map(({ labels, value }) => [labels, value]));
  };
  const [begins, ends] = [await at('min'), await at('max')];
  return [...begins]
    .map(([labels, from]) => ({ label: alertIn(labels), from, to: (ends.get(labels) ?? from) + 1 }))
    .sort((a, b) => a.from - b.from);
}

function alertIn(labels: string): string {
  return /\balertname="([^"]*)"/.exec(labels)?.[1] ?? '';
}
