import type { ConnectionRow, UpstreamState } from './upstream-state';
import { javaInstant } from './upstream-jobs';

export interface HistorySize {
  readonly connections: number;
  readonly jobsEach: number;
}

const PERIOD_MS = 3_600_000;
const RUN_MS = 300_000;

/**
 * Fills an Airbyte with connections that have run once an hour, the last time an hour ago. Histories differ: of ten
 * connections one fails, one has failed so often that its newest success is its first job, and one runs.
 * @returns the connections' ids
 */
export function fillHistory(state: UpstreamState, { connections, jobsEach }: HistorySize): string[] {
  const rows = Array.from({ length: connections }, (_, n) => addConnection(state, n));
  const nowMs = Math.floor(state.now().getTime() / 1000) * 1000;
  for (let round = 0; round < jobsEach; round++) {
    const startMs = nowMs - (jobsEach - round) * PERIOD_MS;
    rows.forEach(({ connectionId }, n) => {
      const isNewest = round === jobsEach - 1;
      const times = { startTime: javaInstant(new Date(startMs + n)) };
      if (isNewest && n % 10 === 3) state.addJob({ connectionId, status: 'running', ...times });
      else
        state.addJob({
          connectionId,
          status: statusOf(n, round, isNewest),
          ...times,
          lastUpdatedAt: javaInstant(new Date(startMs + n + RUN_MS)),
          rowsSynced: 5,
          bytesSynced: 50,
        });
    });
  }
  return rows.map(({ connectionId }) => connectionId);
}

function addConnection(state: UpstreamState, n: number): ConnectionRow {
  const createdAt = Math.floor(state.now().getTime() / 1000) - 100 * 24 * 3600 + n;
  return state.addConnection({ name: `Orders ${n}`, createdAt });
}

function statusOf(n: number, round: number, isNewest: boolean): string {
  if (n % 10 === 2) return round === 0 ? 'succeeded' : 'failed';
  return n % 10 === 1 && isNewest ? 'failed' : 'succeeded';
}
