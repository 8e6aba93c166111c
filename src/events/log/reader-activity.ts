import type { Clock } from '../../lib/clock';
import type { EventStore } from './event-store';

/** The time of the last reader is stored at most this often. */
const NOTE_INTERVAL_MS = 60_000;

/**
 * Remembers when events were read last, across restarts and replicas. Airbyte is followed as long as a reader can still
 * continue where it has stopped, which is the retention of the log.
 */
export class ReaderActivity {
  private notedAtMs = -Infinity;
  private readAtMs = 0;

  constructor(
    private readonly store: EventStore,
    private readonly retentionMs: number,
    private readonly clock: Clock,
  ) {}

  /** Call for each read. */
  async note(): Promise<void> {
    this.readAtMs = this.clock.now().getTime();
    if (this.clock.monotonicMs() - this.notedAtMs < NOTE_INTERVAL_MS) return;
    await this.store.noteReader(this.readAtMs);
    this.notedAtMs = this.clock.monotonicMs();
  }

  /** Whether somebody has read events within the retention. */
  async hasReaders(): Promise<boolean> {
    const nowMs = this.clock.now().getTime();
    if (nowMs - this.readAtMs < this.retentionMs) return true;
    this.readAtMs = Math.max(this.readAtMs, await this.store.readAtMs());
    return nowMs - this.readAtMs < this.retentionMs;
  }
}
