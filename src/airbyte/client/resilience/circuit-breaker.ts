import type { Clock } from '../../../lib/clock';

export interface BreakerOptions {
  /** Failures in a row that open the circuit. Attempts that ran side by side count as one. */
  readonly threshold: number;
  /** How long it stays open at first; doubles with each probe that fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

const DEFAULTS: BreakerOptions = { threshold: 5, openMs: 1_000, maxOpenMs: 4_000 };

/**
 * Spares an Airbyte that is down, and its callers the wait. Open, it lets one call through at the end of each pause;
 * any answer closes it again.
 */
export class CircuitBreaker {
  private readonly options: BreakerOptions;
  private failures = 0;
  private lastFailureAt = Number.NEGATIVE_INFINITY;
  private pauseMs = 0;
  private openUntil = 0;

  constructor(
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    options: Partial<BreakerOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  get isOpen(): boolean {
    return this.pauseMs > 0;
  }

  /** @returns 0 when a call may go ahead, else the milliseconds to wait. Says nothing of who goes next. */
  waitMs(): number {
    return this.isOpen ? Math.max(0, this.openUntil - this.clock.monotonicMs()) : 0;
  }

  /** Like {@link waitMs}, for a call about to be sent: when open, the first to come after a pause is the probe. */
  enter(): number {
    const waitMs = this.waitMs();
    // The next pause begins now, so that a probe that hangs does not keep the circuit open for good.
    if (waitMs === 0 && this.isOpen) this.openUntil = this.clock.monotonicMs() + this.pauseMs;
    return waitMs;
  }

  /** Airbyte answered, with whatever status. */
  recordAnswer(): void {
    this.failures = 0;
    this.pauseMs = 0;
  }

  /** @param startedAt when the attempt began, on the monotonic clock */
  recordFailure(startedAt: number): void {
    if (startedAt < this.lastFailureAt) return;
    this.lastFailureAt = this.clock.monotonicMs();
    this.failures++;
    if (this.failures >= this.options.threshold) this.open();
  }

  private open(): void {
    const nextMs = this.isOpen ? this.pauseMs * 2 : this.options.openMs;
    this.pauseMs = Math.min(nextMs, this.options.maxOpenMs);
    this.openUntil = this.clock.monotonicMs() + this.pauseMs;
  }
}
