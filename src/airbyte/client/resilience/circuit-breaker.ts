import type { Clock } from '../../../lib/clock';

export interface BreakerOptions {
  /** Consecutive failures that open the circuit. Concurrent attempts count as one. */
  readonly threshold: number;
  /** First open period in ms; doubles with each failed probe. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

const DEFAULTS: BreakerOptions = { threshold: 5, openMs: 1_000, maxOpenMs: 4_000 };

/** Circuit breaker. While open, it lets one probe through at the end of each pause; any response closes it. */
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

  /** @returns ms to wait, 0 if a call may proceed. Does not reserve the probe. */
  waitMs(): number {
    return this.isOpen ? Math.max(0, this.openUntil - this.clock.monotonicMs()) : 0;
  }

  /**
   * Like {@link waitMs}, for a call about to be sent. While open, the first call after a pause becomes the
   * probe.
   */
  enter(): number {
    const waitMs = this.waitMs();
    // The next pause starts now, so that a hanging probe does not keep the circuit open forever.
    if (waitMs === 0 && this.isOpen) this.openUntil = this.clock.monotonicMs() + this.pauseMs;
    return waitMs;
  }

  /** Call on any response, whatever its status. */
  recordAnswer(): void {
    this.failures = 0;
    this.pauseMs = 0;
  }

  /** @param startedAt start of the attempt on the monotonic clock, in ms */
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
