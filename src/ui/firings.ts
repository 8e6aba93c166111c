import type { IngestionStatusReport, ListedRun, Schedule } from '@airbyte-ingestion/client';
import type { Session } from './session';

/** Clocks differ a little. */
const EARLY_MS = 60_000;
const MAX_FIRINGS = 100;
const MAX_PREVIEWS = 3;

/** A firing of the schedule, a run, or both. Newest first in lists. */
export interface Occasion {
  readonly atMs: number;
  /** Time of the firing; null for a run that the schedule did not start. */
  readonly firing: string | null;
  readonly run: ListedRun | null;
  /** `missed`: no run for this firing. `skipped`: another run was in progress, so that Airbyte starts none. */
  readonly kind: 'run' | 'missed' | 'skipped' | 'due';
  /** Null where the firings are not known. */
  readonly cause: 'scheduled' | 'on demand' | null;
}

interface Known {
  readonly status: IngestionStatusReport;
  readonly runs: readonly ListedRun[];
  /** Earlier firings belonged to another schedule, or to a pause. */
  readonly sinceMs: number;
  /** After this time, the gateway counts a firing without a run as missed. */
  readonly toleranceMs: number;
  readonly nowMs: number;
}

/** The firings of a schedule from `sinceMs` until now, by the preview of the gateway. The newest if there are too many. */
export async function pastFirings(
  session: Session,
  schedule: Schedule | null,
  range: { readonly sinceMs: number; readonly nowMs: number },
): Promise<readonly string[]> {
  if (schedule?.scheduleType !== 'cron') return [];
  const { cronExpression, timeZone } = schedule;
  const firings: string[] = [];
  let fromMs = range.sinceMs;
  for (let previews = 0; previews < MAX_PREVIEWS; previews += 1) {
    const { nextSyncs } = await session.client.preview({
      schedule: { scheduleType: 'cron', cronExpression, timeZone },
      from: new Date(fromMs).toISOString(),
      count: MAX_FIRINGS,
    });
    const past = nextSyncs.filter((firing) => Date.parse(firing) <= range.nowMs);
    firings.push(...past);
    if (past.length < MAX_FIRINGS) break;
    fromMs = Date.parse(past.at(-1) ?? '');
  }
  return firings;
}

/** Begin of a time that has at most as many firings as {@link pastFirings} reads. */
export function windowStartMs({ nextSyncs: [first, second] }: IngestionStatusReport, nowMs: number): number {
  if (first === undefined || second === undefined) return 0;
  return nowMs - MAX_FIRINGS * (MAX_PREVIEWS - 1) * (Date.parse(second) - Date.parse(first));
}

/** Assigns the runs to the firings. */
export function occasionsOf(firings: readonly string[], known: Known): Occasion[] {
  const { runs, status, sinceMs, toleranceMs, nowMs } = known;
  const free = [...runs].sort((a, b) => Date.parse(a.queuedAt) - Date.parse(b.queuedAt));
  const isPaused = status.status !== 'active';
  const pausedSinceMs = status.pause ? Date.parse(status.pause.since) : nowMs;
  const occasions: Occasion[] = [];
  firings.forEach((firing, index) => {
    const atMs = Date.parse(firing);
    if (atMs < sinceMs || (isPaused && atMs >= pausedSinceMs)) return;
    const nextMs = Date.parse(firings[index + 1] ?? '') || Infinity;
    const limitMs = Math.min(atMs + toleranceMs, nextMs - EARLY_MS);
    const found = free.findIndex(({ queuedAt }) => {
      const queuedMs = Date.parse(queuedAt);
      return queuedMs >= atMs - EARLY_MS && queuedMs < Math.max(limitMs, atMs + EARLY_MS);
    });
    const run = found === -1 ? null : (free.splice(found, 1)[0] ?? null);
    if (run) occasions.push({ atMs, firing, run, kind: 'run', cause: 'scheduled' });
    else occasions.push({ atMs, firing, run: null, kind: missing(atMs, known), cause: null });
  });
  for (const run of free) {
    const atMs = Date.parse(run.queuedAt);
    const cause = firings.length > 0 && atMs >= sinceMs ? 'on demand' : null;
    occasions.push({ atMs, firing: null, run, kind: 'run', cause });
  }
  return occasions.sort((a, b) => b.atMs - a.atMs);
}

function missing(atMs: number, { runs, toleranceMs, nowMs }: Known): Occasion['kind'] {
  const isBusy = runs.some(({ queuedAt, endedAt }) => {
    const endMs = endedAt === null ? nowMs : Date.parse(endedAt);
    return Date.parse(queuedAt) < atMs && endMs > atMs - EARLY_MS;
  });
  if (isBusy) return 'skipped';
  // Airbyte does not return to a firing after a later run.
  const isOver = runs.some(({ queuedAt }) => Date.parse(queuedAt) > atMs);
  return !isOver && atMs + toleranceMs > nowMs ? 'due' : 'missed';
}
