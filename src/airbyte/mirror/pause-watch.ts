import type { Changes } from '../core/changes';
import { isPaused } from '../core/pause';
import type { MirrorLoops } from './mirror-loops';
import type { MirrorStore } from './mirror-store';
import type { PauseListener, Pauses } from './pauses';
import type { Sweeper } from './sweeper';

/** The parts of the mirror that know pauses. */
interface WatchParts {
  readonly store: MirrorStore;
  readonly sweeper: Sweeper;
  readonly changes: Changes;
}

/** The pauses of all ingestions, for those who have to know when one ends. */
export class PauseWatch {
  constructor(
    private readonly pauses: Pauses,
    private readonly parts: WatchParts,
    private readonly loops: MirrorLoops,
  ) {}

  /** Lets the mirror follow Airbyte for some more time, as if somebody read it. */
  follow(): void {
    this.loops.demand();
  }

  /** The listener is called with each pause that is read; null: the timeline of an inactive ingestion has none. */
  onRead(listener: PauseListener): void {
    this.pauses.onRead(listener);
  }

  /** Whether the pauses of all ingestions were read, or cannot be read. */
  get isComplete(): boolean {
    const { store, sweeper } = this.parts;
    return sweeper.completedFrom !== null && this.pauses.unknownIn(store).length === 0;
  }

  /** Whether an ingestion is active as far as is known, and no change through a gateway is newer. */
  isActive(connectionId: string): boolean {
    const stored = this.parts.store.connection(connectionId);
    if (!stored || stored.read.number < this.parts.changes.lastOf(connectionId)) return false;
    return !isPaused(stored.connection);
  }
}
