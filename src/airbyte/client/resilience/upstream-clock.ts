/** Number of readings for the median, which ignores outliers. */
const MAX_READINGS = 5;
/** Smaller differences are not significant: `Date` has second precision, and a response takes time. */
export const MIN_SKEW_MS = 30_000;
/** A larger difference means a wrong header. */
const MAX_SKEW_MS = 400 * 86_400_000;

/** Maximum clock difference between two replicas. */
const TOLERANCE_MS = 2000;
/** Up to this difference, the two time windows are merged. */
const MAX_SMALL_SKEW_MS = 60_000;

/** A time range in epoch ms, both ends included. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether a time reported by Airbyte is in one of the windows. Airbyte truncates some times to seconds. */
export function isWithin(timeMs: number, windows: readonly TimeWindow[]): boolean {
  return windows.some(({ fromMs, toMs }) => timeMs >= Math.floor(fromMs / 1000) * 1000 && timeMs <= toMs);
}

/**
 * Estimates the offset of Airbyte's clock from the `Date` headers of its responses (RFC 9110, section 6.6.1).
 */
export class UpstreamClock {
  private readonly readings: number[] = [];
  private lastHeader = '';

  /**
   * Offset in ms; negative if Airbyte's clock is behind. Underestimates by up to 1 s: `Date` has second
   * precision.
   */
  get aheadMs(): number {
    const sorted = [...this.readings].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  }

  /** Offset in ms of the newest response alone. It shows at once that a clock was set. */
  get newestAheadMs(): number {
    return this.readings.at(-1) ?? 0;
  }

  /** Of several responses with the same `Date`, the first is the most precise; the others are ignored. */
  observe(header: string, nowMs: number): void {
    if (header === this.lastHeader) return;
    this.lastHeader = header;
    const aheadMs = Date.parse(header) - nowMs;
    if (Number.isNaN(aheadMs) || Math.abs(aheadMs) > MAX_SKEW_MS) return;
    this.readings.push(aheadMs);
    if (this.readings.length > MAX_READINGS) this.readings.shift();
  }

  /**
   * Converts local time to Airbyte's clock if they differ significantly. Airbyte's schedules fire by its own
   * clock.
   */
  correct(now: Date): Date {
    const { aheadMs } = this;
    return Math.abs(aheadMs) < MIN_SKEW_MS ? now : new Date(now.getTime() + aheadMs);
  }

  /**
   * Time windows in which Airbyte can have recorded an object created between `startedAtMs` and `nowMs` of the
   * local clock. The `Date` header may come from a proxy with a third clock, so the estimate only adds a
   * window.
   */
  windowsOf(startedAtMs: number, nowMs: number): readonly TimeWindow[] {
    const { aheadMs } = this;
    // A time in the near future means that Airbyte's clock is slightly ahead.
    const ours = { fromMs: startedAtMs - TOLERANCE_MS, toMs: nowMs + MAX_SMALL_SKEW_MS };
    const theirs = { fromMs: ours.fromMs + aheadMs, toMs: ours.toMs + aheadMs };
    if (Math.abs(aheadMs) > MAX_SMALL_SKEW_MS) return [ours, theirs];
    return [{ fromMs: Math.min(ours.fromMs, theirs.fromMs), toMs: Math.max(ours.toMs, theirs.toMs) }];
  }
}
