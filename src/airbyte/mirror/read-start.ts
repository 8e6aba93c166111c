import type { Clock } from '../../lib/clock';
import type { Changes } from '../core/changes';

/** Start of a read of Airbyte. What it returns is at least as new. */
export interface ReadStart {
  /** Position among all reads and changes of this replica. */
  readonly number: number;
  readonly at: Date;
  readonly monotonicMs: number;
}

export function beginRead(clock: Clock, changes: Changes): ReadStart {
  return { number: changes.beginRead(), at: clock.now(), monotonicMs: clock.monotonicMs() };
}
