import type { Family, Sample } from '../exposition';
import type { IngestionFacts, IngestionRow } from './ingestion-row';
import {
  DURATION_BOUNDS_S,
  type Durations,
  type IngestionCounts,
  type Outcome,
  OUTCOMES,
} from './run-counts';

/** Names that people choose in Airbyte may be long. */
const MAX_NAME_CHARACTERS = 200;
/** First half of a character that the limit has cut. */
const CUT_PAIR = /[\ud800-\udbff]$/;
const PREFIX = 'airbyte_ingestion';

/** An ingestion with the runs that were counted for it. */
export interface ShownIngestion {
  readonly row: IngestionRow;
  readonly counts: IngestionCounts;
}

/** Number of samples of one ingestion. */
export function seriesOf({ row: { facts } }: ShownIngestion): number {
  // Info and paused.
  const always = 2;
  if (facts === null) return always;
  const times = [facts.lastSuccessS, facts.lagS, facts.freshnessS, facts.nextSyncS, facts.lastRunS];
  // Health, failures, running, rows and bytes.
  const fixed = 5 + OUTCOMES.length;
  return always + fixed + facts.problems.length + times.filter((time) => time !== null).length;
}

/** The families of ingestions. Each iterates over the same rows. */
export function ingestionFamilies(
  shown: readonly ShownIngestion[],
  durations: readonly (readonly [string, Outcome, Durations])[],
): Family[] {
  const gauge = (name: string, help: string, valueOf: (facts: IngestionFacts) => number | null): Family => {
    return { name: `${PREFIX}_${name}`, help, type: 'gauge', samples: factSamples(shown, valueOf) };
  };
  return [
    {
      name: `${PREFIX}_info`,
      help: 'Names and ids of an ingestion. The value is always 1.',
      type: 'gauge',
      samples: samplesOf(shown, infoSamples),
    },
    {
      name: `${PREFIX}_paused`,
      help: 'Whether the ingestion is inactive or locked.',
      type: 'gauge',
      samples: samplesOf(shown, ({ row }) => [{ labels: idOf(row), value: Number(row.isPaused) }]),
    },
    gauge('last_success_timestamp_seconds', 'End of the newest successful run.', (f) => f.lastSuccessS),
    gauge('lag_seconds', 'Time since the end of the newest successful run.', (f) => f.lagS),
    gauge(
      'freshness_objective_seconds',
      'Longest time without new data. Absent if the schedule decides.',
      (f) => f.freshnessS,
    ),
    gauge('next_sync_timestamp_seconds', 'Next firing of the schedule.', (f) => f.nextSyncS),
    gauge('consecutive_failures', 'Failed runs since the newest success.', (f) => f.failuresInARow),
    gauge('running', 'Whether a run is in progress.', (f) => Number(f.isRunning)),
    gauge(
      'last_run_duration_seconds',
      'Time from the creation to the end of the newest ended run.',
      (f) => f.lastRunS,
    ),
    {
      name: `${PREFIX}_health`,
      help: 'Health of the ingestion as in GET /ingestion/{connectionId}/status. The value is always 1.',
      type: 'gauge',
      samples: samplesOf(shown, ({ row }) =>
        row.facts ? [{ labels: { ...idOf(row), health: row.facts.health }, value: 1 }] : [],
      ),
    },
    {
      name: `${PREFIX}_problem`,
      help: 'A health problem that the ingestion has now. The value is always 1.',
      type: 'gauge',
      samples: samplesOf(shown, ({ row }) =>
        (row.facts?.problems ?? []).map((code) => ({ labels: { ...idOf(row), code }, value: 1 })),
      ),
    },
    {
      name: `${PREFIX}_runs`,
      help: 'Runs that have ended since the start of the gateway.',
      type: 'counter',
      samples: samplesOf(shown, ({ row, counts }) =>
        row.facts
          ? OUTCOMES.map((outcome) => ({ labels: { ...idOf(row), outcome }, value: counts.runs[outcome] }))
          : [],
      ),
    },
    {
      name: `${PREFIX}_rows`,
      help: 'Rows of runs that have ended since the start of the gateway.',
      type: 'counter',
      samples: samplesOf(shown, ({ row, counts }) =>
        row.facts ? [{ labels: idOf(row), value: counts.rows }] : [],
      ),
    },
    {
      name: `${PREFIX}_bytes`,
      help: 'Bytes of runs that have ended since the start of the gateway.',
      type: 'counter',
      samples: samplesOf(shown, ({ row, counts }) =>
        row.facts ? [{ labels: idOf(row), value: counts.bytes }] : [],
      ),
    },
    {
      name: `${PREFIX}_run_duration_seconds`,
      help: 'Time from the creation to the end of runs that have ended since the start of the gateway.',
      type: 'histogram',
      samples: durationSamples(durations),
    },
  ];
}

function idOf({ connection: { connectionId } }: IngestionRow): { connection_id: string } {
  return { connection_id: connectionId };
}

function infoSamples({ row }: ShownIngestion): Sample[] {
  const { name, workspaceId, sourceId, destinationId } = row.connection;
  const labels = {
    ...idOf(row),
    name: name.slice(0, MAX_NAME_CHARACTERS).replace(CUT_PAIR, ''),
    workspace_id: workspaceId,
    source_id: sourceId,
    destination_id: destinationId,
  };
  return [{ labels, value: 1 }];
}

function* samplesOf(
  shown: readonly ShownIngestion[],
  samples: (ingestion: ShownIngestion) => Sample[],
): Generator<Sample> {
  for (const ingestion of shown) yield* samples(ingestion);
}

function* factSamples(
  shown: readonly ShownIngestion[],
  valueOf: (facts: IngestionFacts) => number | null,
): Generator<Sample> {
  for (const { row } of shown) {
    const value = row.facts && valueOf(row.facts);
    if (value !== null) yield { labels: idOf(row), value };
  }
}

function* durationSamples(durations: readonly (readonly [string, Outcome, Durations])[]): Generator<Sample> {
  for (const [workspace_id, outcome, { buckets, sumS }] of durations) {
    const labels = { workspace_id, outcome };
    let count = 0;
    for (const [index, inBucket] of buckets.entries()) {
      count += inBucket;
      const le = DURATION_BOUNDS_S[index] ?? '+Inf';
      yield { suffix: '_bucket', labels: { ...labels, le }, value: count };
    }
    yield { suffix: '_sum', labels, value: sumS };
    yield { suffix: '_count', labels, value: count };
  }
}
