/** So many readings are kept; one odd value among them changes nothing. */
const MAX_READINGS = 5;
/** `Date` has whole seconds and an answer takes time: below this a difference says nothing. */
export const MIN_SKEW_MS = 30_000;
/** A clock cannot be this wrong; the header is. */
const MAX_SKEW_MS = 400 * 86_400_000;

/** The greatest difference between the clocks of two replicas. */
const TOLERANCE_MS = 2000;
/** Clocks that differ by no more than this may both be right at some moment in between. */
const MAX_SMALL_SKEW_MS = 60_000;

/** A span of time in epoch milliseconds, both ends included. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether a time of Airbyte's is in one of the windows. Some of its times are cut to whole seconds. */
export function isWithin(time: Date, windows: readonly TimeWindow[]): boolean {
  const ms = time.getTime();
  return windows.some(({ fromMs, toMs }) => ms >= Math.floor(fromMs / 1000) * 1000 && ms <= toMs);
}

/** Estimates how far Airbyte's clock is ahead of ours, from the `Date` headers of its answers (RFC 9110, section 6.6.1). */
export class UpstreamClock {
  private readonly readings: number[] = [];
  private lastHeader = '';

  /** Milliseconds; negative when Airbyte's clock is behind. Up to a second too little, since `Date` has whole seconds. */
  get aheadMs(): number {
    const sorted = [...this.readings].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  }

  /** Many answers have the same second; the first of them is the closest, and the others are not read. */
  observe(header: string, nowMs: number): void {
    if (header === this.lastHeader) return;
    this.lastHeader = header;
    const aheadMs = Date.parse(header) - nowMs;
    if (Number.isNaN(aheadMs) || Math.abs(aheadMs) > MAX_SKEW_MS) return;
    this.readings.push(aheadMs);
    if (this.readings.length > MAX_READINGS) this.readings.shift();
  }

  /** Our time corrected to Airbyte's clock where the two differ notably: its schedules fire by that clock. */
  correct(now: Date): Date {
    const { aheadMs } = this;
    return Math.abs(aheadMs) < MIN_SKEW_MS ? now : new Date(now.getTime() + aheadMs);
  }

  /**
   * The times that Airbyte can have noted for a thing that was made between `startedAtMs` and `nowMs` of our clock. The header
   * may come from a proxy with a third clock, so the estimate only adds a window to the one of our own clock.
   */
  windowsOf(startedAtMs: number, nowMs: number): readonly TimeWindow[] {
    const { aheadMs } = this;
    // A time in the near future belongs to a thing that was made just now, by a clock that is a little ahead.
    const ours = { fromMs: startedAtMs - TOLERANCE_MS, toMs: nowMs + MAX_SMALL_SKEW_MS };
    const theirs = { fromMs: ours.fromMs + aheadMs, toMs: ours.toMs + aheadMs };
    if (Math.abs(aheadMs) > MAX_SMALL_SKEW_MS) return [ours, theirs];
    return [{ fromMs: Math.min(ours.fromMs, theirs.fromMs), toMs: Math.max(ours.toMs, theirs.toMs) }];
  }
}
