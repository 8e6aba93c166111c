import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { nextSync, readSchedule, translateSchedule } from '../src/airbyte/schedule';
import { machine } from './report';
import { median } from './stats';

/**
 * Measures the cost of schedules: the next run of an expression held by Airbyte, and the translation of a caller's. Croner and
 * cron-parser get the nearest expression that they read; they differ from Quartz in what fires when.
 */
interface Case {
  readonly name: string;
  /** As Airbyte holds it. */
  readonly quartz: string;
  readonly unix: string;
}

const CASES: readonly Case[] = [
  { name: 'daily, UTC', quartz: '0 0 2 * * ?', unix: '0 0 2 * * *' },
  { name: 'every five minutes, UTC', quartz: '0 0/5 * * * ?', unix: '0 */5 * * * *' },
  { name: 'weekdays, UTC', quartz: '0 15 10 ? * MON-FRI', unix: '0 15 10 * * 1-5' },
  { name: 'daily, New York', quartz: '0 0 2 * * ? America/New_York', unix: '0 0 2 * * *' },
  { name: 'hourly, Berlin', quartz: '0 0 * * * ? Europe/Berlin', unix: '0 0 * * * *' },
  { name: '29 February, UTC', quartz: '0 0 0 29 2 ?', unix: '0 0 0 29 2 *' },
  { name: '30 February, never', quartz: '0 0 0 30 2 ?', unix: '0 0 0 30 2 *' },
];
const NOW = new Date('2026-11-22T12:34:56Z');
const WARM_UP_MS = 200;
const ROUNDS = 15;
const ROUND_MS = 20;

function main(): void {
  print(`${machine()}\n`);
  print('| next run | read before | reading included | croner | cron-parser |\n|---|--:|--:|--:|--:|');
  for (const one of CASES) print(`| ${one.name} | ${nextRuns(one).map(format).join(' | ')} |`);
  print('\n| translation of a request | |\n|---|--:|');
  for (const cronExpression of ['0 2 * * *', '*/15 9-17 * * mon-fri', '0 0 12 1 * ?']) {
    const request = { scheduleType: 'cron', cronExpression } as const;
    const costNs = nsPerCall(() => translateSchedule(request, { now: NOW, minIntervalMinutes: 1 }));
    print(`| \`${cronExpression}\` | ${format(costNs)} |`);
  }
}

function nextRuns({ quartz, unix }: Case): number[] {
  const held = { scheduleType: 'cron', cronExpression: quartz };
  const context = { now: NOW, isActive: true, newestJobStartedAt: null };
  const { timing } = readSchedule(held);
  const timezone = quartz.split(' ')[6] ?? 'UTC';
  const croner = new Cron(unix, { timezone, paused: true });
  return [
    nsPerCall(() => nextSync(timing, context)),
    nsPerCall(() => nextSync(readSchedule(held).timing, context)),
    nsPerCall(() => croner.nextRun(NOW)),
    nsPerCall(() => nextOfCronParser(unix, timezone)),
  ];
}

/** Its iterator moves on, so that each call needs a new one; it throws where nothing is to come. */
function nextOfCronParser(expression: string, tz: string): Date | null {
  try {
    return CronExpressionParser.parse(expression, { currentDate: NOW, tz }).next().toDate();
  } catch {
    return null;
  }
}

/** Median over rounds that each take a moment, once it is compiled. */
function nsPerCall(call: () => unknown): number {
  time(call, WARM_UP_MS);
  return median(Array.from({ length: ROUNDS }, () => time(call, ROUND_MS)));
}

function time(call: () => unknown, ms: number): number {
  let calls = 0;
  const startedAt = performance.now();
  let elapsedMs = 0;
  for (; elapsedMs < ms; elapsedMs = performance.now() - startedAt) {
    for (let i = 0; i < 10; i++) call();
    calls += 10;
  }
  return (elapsedMs * 1e6) / calls;
}

function format(ns: number): string {
  return ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main();
