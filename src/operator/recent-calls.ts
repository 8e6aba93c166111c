import type { CallEvent } from '../airbyte/client/resilience/request-runner';

const SIZE = 500;

/** Durations of the newest requests to Airbyte. */
export interface CallSummary {
  /** Number of requests that the summary is about, at most 500. */
  readonly calls: number;
  readonly failures: number;
  /** Null without requests. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

interface RecentCall {
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

/** Remembers the newest requests to Airbyte in a ring. */
export class RecentCalls {
  private readonly ring: RecentCall[] = [];
  private next = 0;

  add({ durationMs, kind }: Pick<CallEvent, 'durationMs' | 'kind'>): void {
    this.ring[this.next] = { durationMs, hasFailed: kind !== undefined };
    this.next = (this.next + 1) % SIZE;
  }

  summary(): CallSummary {
    const sorted = this.ring.map(({ durationMs }) => Math.round(durationMs)).sort((a, b) => a - b);
    const quantile = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return {
      calls: sorted.length,
      failures: this.ring.filter(({ hasFailed }) => hasFailed).length,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      maxMs: quantile(1),
    };
  }
}
