import type { AirbyteError } from '../model/airbyte-errors';
import type { CircuitBreaker } from './circuit-breaker';
import type { Clock } from '../../../lib/clock';

/** Start or end of an outage. */
export type OutageEvent =
  | { readonly kind: 'began'; readonly error: AirbyteError }
  | { readonly kind: 'ended'; readonly durationMs: number };

export type OutageListener = (event: OutageEvent) => void;

/** One refused connection may be a restart; the second in a row is an outage. */
const MIN_UNREACHABLE_FAILURES = 2;

/** Reports the start and the end of an outage, each once. */
export class OutageMonitor {
  private failures = 0;
  private firstFailureAt = 0;
  private isReported = false;

  constructor(
    private readonly breaker: Pick<CircuitBreaker, 'isOpen'>,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly onOutage: OutageListener | undefined,
  ) {}

  /** Whether an outage was reported that has not ended. */
  get isDown(): boolean {
    return this.isReported;
  }

  recordAnswer(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    if (!this.isReported) return;
    this.isReported = false;
    this.onOutage?.({ kind: 'ended', durationMs: this.clock.monotonicMs() - this.firstFailureAt });
  }

  /** Call after the breaker recorded the failure. */
  recordFailure(error: AirbyteError): void {
    if (this.failures++ === 0) this.firstFailureAt = this.clock.monotonicMs();
    const isOutage =
      this.breaker.isOpen || (error.kind === 'unreachable' && this.failures >= MIN_UNREACHABLE_FAILURES);
    if (this.isReported || !isOutage) return;
    this.isReported = true;
    this.onOutage?.({ kind: 'began', error });
  }
}
