import type { UpstreamState } from '../support/upstream-state';
import { javaInstant } from '../support/upstream-jobs';

const HOUR_MS = 3_600_000;
const RUN_MS = 95_000;
const RUNS = 30;
/** Further ones have fewer runs, so that the mirror is filled soon, unless they come first in the list. */
const LONG_HISTORIES = 60;
const SHORT = 4;
const SUBJECTS = [
  'Orders',
  'Invoices',
  'Customers',
  'Shipments',
  'Payments',
  'Inventory',
  'Returns',
  'Leads',
];
const TARGETS = ['warehouse', 'analytics', 'finance', 'reporting'];

/** Of the first of each kind; its name begins with this. */
export const HOSTILE_NAME = '<img src=x onerror=alert(1)> & "quotes"';

/**
 * Hourly ingestions of every health, like those of a company: most are healthy.
 * @returns the ids of the first ones by kind
 */
export function fillCompany(state: UpstreamState, connections: number): Record<Kind, string> {
  const nowMs = Math.floor(state.now().getTime() / HOUR_MS) * HOUR_MS;
  const created = Math.floor(nowMs / 1000) - 60 * 24 * 3600;
  const ids = Array.from({ length: connections }, (_, n) => {
    const kind = kindOf(n);
    const row = state.addConnection({
      name: n === 8 ? HOSTILE_NAME : nameOf(n),
      createdAt: created + n,
      status: kind === 'paused' ? 'inactive' : 'active',
      schedule:
        kind === 'never'
          ? { scheduleType: 'manual' }
          : { scheduleType: 'cron', cronExpression: '0 0 * * * ? UTC' },
    });
    return row.connectionId;
  });
  for (let age = RUNS; age >= 1; age -= 1)
    ids.forEach((connectionId, n) => {
      if (n >= LONG_HISTORIES && kindOf(n) !== 'failing' && age > SHORT) return;
      addRun(state, { connectionId, n, age, firedMs: nowMs - (age - 1) * HOUR_MS });
    });
  const first = (kind: Kind): string => ids.find((_, n) => kindOf(n) === kind) ?? '';
  return {
    healthy: first('healthy'),
    failing: first('failing'),
    late: first('late'),
    paused: first('paused'),
    never: first('never'),
  };
}

export type Kind = 'healthy' | 'failing' | 'late' | 'paused' | 'never';

function kindOf(n: number): Kind {
  if (n % 41 === 3) return 'failing';
  if (n % 67 === 5) return 'late';
  if (n % 29 === 7) return 'paused';
  return n % 53 === 11 ? 'never' : 'healthy';
}

function nameOf(n: number): string {
  const subject = SUBJECTS[n % SUBJECTS.length] ?? '';
  const target = TARGETS[Math.floor(n / SUBJECTS.length) % TARGETS.length] ?? '';
  return `${subject} to ${target} ${Math.floor(n / (SUBJECTS.length * TARGETS.length)) + 1}`;
}

interface RunPlace {
  readonly connectionId: string;
  readonly n: number;
  /** 1 for the newest run. */
  readonly age: number;
  readonly firedMs: number;
}

function addRun(state: UpstreamState, { connectionId, n, age, firedMs }: RunPlace): void {
  const kind = kindOf(n);
  if (kind === 'never' || (kind === 'late' && (age < 4 || age === 9 || age === 10))) return;
  // The newest firing may be so young that its run would end in the future.
  const startMs = Math.min(firedMs + 2000 + (n % 50) * 100, state.now().getTime() - RUN_MS - 5000 + n);
  const isFailed = (kind === 'failing' && age < 4) || (n + age) % 37 === 0;
  state.addJob({
    connectionId,
    status: isFailed ? 'failed' : 'succeeded',
    startTime: javaInstant(new Date(startMs)),
    lastUpdatedAt: javaInstant(new Date(startMs + RUN_MS)),
    rowsSynced: isFailed ? 0 : 900 + ((n * 7919 + age * 104_729) % 4200),
    bytesSynced: isFailed ? 0 : 120_000 + ((n * 31 + age * 1009) % 90_000),
  });
}
