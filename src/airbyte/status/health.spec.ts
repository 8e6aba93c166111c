import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import { readSchedule } from '../schedule';
import type { HealthReason, StatusFacts } from '../core/status-facts';
import { assessHealth } from './health';
import { syncStateOf } from './sync-state';
import { nextSyncsOf } from './next-syncs';

/** A Thursday, half past ten. */
const NOW = new Date('2026-01-15T10:30:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TOLERANCES = { missedRunMs: HOUR_MS / 2, freshnessMs: null, disablesFailing: true };

const MANUAL = { scheduleType: 'manual' };
const DAILY = cron('0 0 2 * * ?');
const HOURLY = cron('0 0 * * * ?');
const WEEKDAYS = cron('0 0 9 ? * MON-FRI');

interface Run {
  readonly status?: string;
  readonly jobType?: string;
  /** Minutes; null: it has not ended. */
  readonly took?: number | null;
  readonly rows?: number | null;
}
interface Case {
  readonly schedule?: AirbyteConnection['schedule'];
  readonly status?: string;
  readonly created?: string;
  /** Newest first: when they were made, and how they went. */
  readonly runs?: readonly (readonly [string, Run?])[];
}

function cron(expression: string, zone = 'UTC'): AirbyteConnection['schedule'] {
  return { scheduleType: 'cron', cronExpression: `${expression} ${zone}` };
}

function basic(basicTiming: string): AirbyteConnection['schedule'] {
  return { scheduleType: 'basic', basicTiming };
}

/** One run a day at the same time, so many, the newest first. */
function daily(newest: string, count: number, run: Run = {}): (readonly [string, Run])[] {
  return Array.from({ length: count }, (_, day) => {
    return [new Date(Date.parse(newest) - day * DAY_MS).toISOString(), run] as const;
  });
}

function factsOf({
  schedule = DAILY,
  status = 'active',
  created = '2025-06-01T00:00Z',
  runs = [],
}: Case): StatusFacts {
  const newestJobs = runs.map(([made, run = {}], index): AirbyteJob => {
    const { status: outcome = 'succeeded', jobType = 'sync', took = 5, rows = 100 } = run;
    const startTime = new Date(made);
    return {
      jobId: String(1000 - index),
      connectionId: 'c',
      status: outcome,
      jobType,
      startTime,
      lastUpdatedAt: took === null ? null : new Date(startTime.getTime() + took * 60_000),
      duration: null,
      rowsSynced: rows,
      bytesSynced: rows === null ? null : rows * 10,
    };
  });
  const connection: AirbyteConnection = {
    connectionId: 'c',
    name: 'n',
    sourceId: 's',
    destinationId: 'd',
    workspaceId: 'w',
    status,
    schedule,
    streams: [],
    prefix: null,
    namespaceDefinition: null,
    createdAt: new Date(created),
  };
  const isGood = (job: AirbyteJob): boolean =>
    job.status === 'succeeded' && ['sync', 'refresh'].includes(job.jobType);
  const newestSuccess = newestJobs.find(isGood) ?? null;
  return { connection, timing: readSchedule(schedule).timing, newestJobs, newestSuccess, now: NOW };
}

function reasonsOf(history: Case, freshnessMs: number | null = null): readonly HealthReason[] {
  return assessHealth(factsOf(history), { ...TOLERANCES, freshnessMs }).reasons;
}

const FAILED = { status: 'failed', rows: null };
const EMPTY = { rows: 0 };

/** What happened, how it is called, and what is wrong. */
const HISTORIES: readonly (readonly [string, Case, string, readonly string[]])[] = [
  ['nightly-and-fine', { runs: daily('2026-01-15T02:00Z', 14) }, 'healthy', []],
  ['made-yesterday-never-due', { created: '2026-01-15T03:00Z' }, 'never_synced', []],
  ['manual-and-never-asked', { schedule: MANUAL }, 'never_synced', []],
  ['manual-and-last-year', { schedule: MANUAL, runs: [['2025-01-01T02:00Z']] }, 'healthy', []],
  ['paused-by-hand-while-fine', { status: 'inactive', runs: daily('2026-01-05T02:00Z', 5) }, 'paused', []],
  ['locked-for-an-unpaid-bill', { status: 'locked', runs: daily('2026-01-05T02:00Z', 5) }, 'paused', []],
  [
    'disabled-by-airbyte-after-a-bad-week',
    { schedule: HOURLY, status: 'inactive', runs: daily('2026-01-14T02:00Z', 30, FAILED) },
    'paused',
    ['failing'],
  ],
  [
    'one-bad-night',
    { runs: [['2026-01-15T02:00Z', FAILED], ...daily('2026-01-14T02:00Z', 5)] },
    'failing',
    ['failing'],
  ],
  [
    'failed-then-somebody-cancelled-the-retry',
    {
      runs: [
        ['2026-01-15T04:00Z', { status: 'cancelled', rows: null }],
        ['2026-01-15T02:00Z', FAILED],
        ...daily('2026-01-14T02:00Z', 5),
      ],
    },
    'failing',
    ['failing'],
  ],
  [
    'cancelled-by-hand-but-fine-before',
    { runs: [['2026-01-15T02:00Z', { status: 'cancelled' }], ...daily('2026-01-14T02:00Z', 5)] },
    'healthy',
    [],
  ],
  [
    'reset-failed-but-syncs-work',
    { runs: [['2026-01-15T04:00Z', { ...FAILED, jobType: 'reset' }], ...daily('2026-01-15T02:00Z', 5)] },
    'healthy',
    [],
  ],
  [
    'running-again-after-a-bad-night',
    {
      runs: [
        ['2026-01-15T10:00Z', { status: 'running', took: null, rows: null }],
        ['2026-01-15T02:00Z', FAILED],
        ...daily('2026-01-14T02:00Z', 5),
      ],
    },
    'failing',
    ['failing'],
  ],
  [
    'five-days-of-failures-every-few-hours',
    {
      schedule: HOURLY,
      runs: [
        ...Array.from({ length: 20 }, (_, n) => {
          return [new Date(Date.parse('2026-01-15T10:00Z') - n * HOUR_MS).toISOString(), FAILED] as const;
        }),
        ['2026-01-10T10:00Z'],
      ],
    },
    'failing',
    ['failing', 'stale', 'near_auto_disable'],
  ],
  ['skipped-last-night', { runs: daily('2026-01-14T02:00Z', 5) }, 'running_late', ['missed_run']],
  [
    'due-twenty-minutes-ago',
    { schedule: cron('0 10 10 * * ?'), runs: daily('2026-01-14T10:10Z', 5) },
    'healthy',
    [],
  ],
  [
    'due-forty-minutes-ago',
    { schedule: cron('0 50 9 * * ?'), runs: daily('2026-01-14T09:50Z', 5) },
    'running_late',
    ['missed_run'],
  ],
  ['made-a-week-ago-and-never-run', { created: '2026-01-08T00:00Z' }, 'running_late', ['missed_run']],
  [
    'basic-made-an-hour-ago-and-never-run',
    { schedule: basic('Every 6 HOURS'), created: '2026-01-15T09:30Z' },
    'running_late',
    ['missed_run'],
  ],
  [
    'a-sync-that-takes-all-day',
    {
      schedule: HOURLY,
      runs: [['2026-01-15T02:00Z', { status: 'running', took: null }], ['2026-01-15T01:00Z']],
    },
    'stale',
    ['stale'],
  ],
  [
    'slower-than-its-schedule',
    { schedule: HOURLY, runs: [['2026-01-15T08:00Z', { took: 140 }]] },
    'healthy',
    [],
  ],
  ['dead-since-monday', { runs: daily('2026-01-12T02:00Z', 5) }, 'running_late', ['missed_run', 'stale']],
  [
    'weekdays-on-a-thursday-morning',
    { schedule: WEEKDAYS, runs: daily('2026-01-15T09:00Z', 3) },
    'healthy',
    [],
  ],
  [
    'every-six-hours-but-thirteen-ago',
    { schedule: basic('Every 6 HOURS'), runs: [['2026-01-14T21:20Z']] },
    'running_late',
    ['missed_run', 'stale'],
  ],
  [
    'green-but-empty-since-tuesday',
    { runs: [...daily('2026-01-15T02:00Z', 3, EMPTY), ...daily('2026-01-12T02:00Z', 10)] },
    'suspect',
    ['false_success'],
  ],
  [
    'green-without-any-statistics',
    { runs: [['2026-01-15T02:00Z', { rows: null }], ...daily('2026-01-14T02:00Z', 3)] },
    'suspect',
    ['false_success'],
  ],
  [
    'empty-now-and-then',
    { runs: [['2026-01-15T02:00Z', EMPTY], ...daily('2026-01-14T02:00Z', 9), ['2026-01-05T02:00Z', EMPTY]] },
    'healthy',
    [],
  ],
  ['always-empty', { runs: daily('2026-01-15T02:00Z', 30, EMPTY) }, 'healthy', []],
  [
    'too-young-to-be-suspicious',
    { runs: [['2026-01-15T02:00Z', EMPTY], ...daily('2026-01-14T02:00Z', 9)] },
    'healthy',
    [],
  ],
  ['a-state-of-tomorrow', { status: 'hibernating', runs: daily('2026-01-15T02:00Z', 5) }, 'unknown', []],
  [
    'a-schedule-of-tomorrow',
    { schedule: { scheduleType: 'lunar' }, runs: daily('2026-01-15T02:00Z', 5) },
    'unknown',
    [],
  ],
  [
    'a-run-status-of-tomorrow',
    {
      runs: [['2026-01-15T10:00Z', { status: 'hibernating', took: null }], ...daily('2026-01-15T02:00Z', 5)],
    },
    'unknown',
    [],
  ],
  [
    'its-last-year-is-over',
    { schedule: cron('0 0 2 1 1 ? 2025'), runs: [['2025-01-01T02:00Z']] },
    'healthy',
    [],
  ],
];

describe('health', () => {
  it.each(HISTORIES)('of %s', (_, history, health, codes) => {
    const report = assessHealth(factsOf(history), TOLERANCES);
    expect([report.health, report.reasons.map(({ code }) => code)]).toEqual([health, codes]);
  });

  it.each([
    [
      'the end of the first failure in the row',
      [['2026-01-15T02:00Z', FAILED], ['2026-01-14T02:00Z', FAILED], ['2026-01-13T02:00Z']],
      'failing',
      '2026-01-14T02:05:00.000Z',
    ],
    ['the firing that was missed', daily('2026-01-14T02:00Z', 3), 'missed_run', '2026-01-15T02:00:00.000Z'],
    ['the end of the second interval', daily('2026-01-12T02:00Z', 3), 'stale', '2026-01-14T02:05:00.000Z'],
    [
      'the end of the first empty success',
      [...daily('2026-01-15T02:00Z', 3, EMPTY), ...daily('2026-01-12T02:00Z', 10)],
      'false_success',
      '2026-01-13T02:05:00.000Z',
    ],
  ] as const)('is wrong since %s', (_, runs, code, since) => {
    const found = reasonsOf({ runs }).find((reason) => reason.code === code);
    expect(found?.since?.toISOString()).toBe(since);
  });

  it.each([
    ['PT9H', 9, []],
    ['PT8H', 8, ['stale']],
  ])('is judged by the freshness asked for, also without a schedule: %s', (_, hours, codes) => {
    const history = { schedule: MANUAL, runs: [['2026-01-15T02:00Z']] } as const;
    expect(reasonsOf(history, hours * HOUR_MS).map(({ code }) => code)).toEqual(codes);
  });

  it('counts how many failed in a row and how far that is from being disabled', () => {
    const runs = [...daily('2026-01-15T02:00Z', 3, FAILED), ...daily('2026-01-12T02:00Z', 3)];
    expect(reasonsOf({ runs })[0]?.message).toMatch(
      /newest 3 syncs failed.*30 failures.*7 days.*27 failures away/,
    );
  });

  it.each([
    ['half of the failures but not half of the week', 15, '2026-01-13T00:00Z', false],
    ['half of the week but not half of the failures', 14, '2026-01-08T00:00Z', false],
    ['half of both', 15, '2026-01-11T00:00Z', true],
  ])('is near its disabling only at %s', (_, failures, success, isNear) => {
    const runs = [...daily('2026-01-15T10:00Z', failures, FAILED), [success] as const];
    const codes = reasonsOf({ schedule: HOURLY, runs }).map(({ code }) => code);
    expect(codes.includes('near_auto_disable')).toBe(isNear);
  });

  it('waits for a weekday schedule until its second working day is over', () => {
    const friday = { schedule: WEEKDAYS, runs: [['2026-01-09T09:00Z']] } as const;
    const at = (now: string): readonly string[] => {
      const facts = { ...factsOf(friday), now: new Date(now) };
      return assessHealth(facts, TOLERANCES).reasons.map(({ code }) => code);
    };
    expect(at('2026-01-12T08:00Z')).toEqual([]);
    expect(at('2026-01-13T09:04Z')).toEqual(['missed_run']);
    expect(at('2026-01-13T09:06Z')).toEqual(['missed_run', 'stale']);
  });
});

describe('syncState', () => {
  it.each([
    ['succeeded', 'idle'],
    ['failed', 'idle'],
    ['cancelled', 'idle'],
    ['pending', 'queued'],
    ['queued', 'queued'],
    ['running', 'running'],
    ['incomplete', 'running'],
    ['hibernating', 'unknown'],
  ])('is, while the newest job is %s, %s', (status, state) => {
    expect(
      syncStateOf(factsOf({ runs: [['2026-01-15T02:00Z', { status }], ['2026-01-14T02:00Z']] }).newestJobs),
    ).toBe(state);
  });

  it('takes no status of tomorrow on an older job for one under way', () => {
    const { newestJobs } = factsOf({
      runs: [['2026-01-15T02:00Z'], ['2026-01-14T02:00Z', { status: 'hibernating' }]],
    });
    expect(syncStateOf(newestJobs)).toBe('idle');
  });
});

describe('nextSyncReason', () => {
  it.each([
    ['scheduled', {}, 3],
    ['scheduled', { schedule: basic('Every 6 HOURS'), runs: [['2026-01-15T08:00Z']] }, 3],
    ['manual', { schedule: MANUAL }, 0],
    ['inactive', { status: 'inactive' }, 0],
    ['inactive', { status: 'inactive', schedule: MANUAL }, 0],
    ['locked', { status: 'locked' }, 0],
    ['never_fires', { schedule: cron('0 0 2 31 2 ?') }, 0],
    ['scheduled', { schedule: cron('0 0 2 1 1 ? 2027') }, 1],
    ['unknown', { status: 'hibernating' }, 0],
    ['unknown', { schedule: { scheduleType: 'lunar' } }, 0],
    ['unknown', { schedule: cron('0 0 2 * * ?', 'Mars/Olympus') }, 0],
  ] as const)('is %s for %o', (reason, history, count) => {
    const upcoming = nextSyncsOf(factsOf(history));
    expect([upcoming.reason, upcoming.nextSyncs.length]).toEqual([reason, count]);
  });
});
