import type { Clock } from '../../lib/clock';
import { SharedRun } from '../../lib/shared-run';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { CallContext } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import { isDeleted } from '../core/ingestion-mapper';
import { withSharedTurn } from '../core/shared-turn';
import { type SweptPage, sweepConnections } from './connection-sweep';
import type { MirrorStore } from './mirror-store';
import { beginRead, type ReadStart } from './read-start';
import type { SweepCost } from './sweep-pace';

/** Sweeps in a row that deletions disturbed. After them, one is accepted that may lack a connection. */
const MAX_ATTEMPTS = 5;

interface Sweep {
  readonly start: ReadStart;
  readonly found: Set<string>;
  readonly pages: AsyncGenerator<SweptPage, void, undefined>;
  /** Number of pages that were read. */
  count: number;
}

/** Reads the list of all connections again and again, one page at a time, and keeps the store equal to it. */
export class Sweeper {
  /** Start of the newest sweep that has ended. */
  private ended: ReadStart | null = null;
  private current: Sweep | null = null;
  private disturbed = 0;
  private readonly steps = new SharedRun();
  private lastCost: SweepCost = { pages: 0, callMs: 0 };
  private context: CallContext = {};

  constructor(
    private readonly client: AirbyteClient,
    private readonly store: MirrorStore,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** Start of the newest complete sweep; null before the first has ended. */
  get completedFrom(): ReadStart | null {
    return this.ended;
  }

  /** Pages of the longest of the current and the newest complete sweep, and the duration of the newest call. */
  get cost(): SweepCost {
    return this.lastCost;
  }

  /**
   * Reads pages without pause until a complete sweep is as recent as wanted. All callers share the pages. None of
   * them ends the sweep with its own deadline.
   * @param deadlineAt on the monotonic clock of the client, in ms
   * @throws {AirbyteError} `timeout` after the deadline
   */
  async complete(isRecent: (start: ReadStart) => boolean, deadlineAt: number): Promise<void> {
    const { clock } = this.client.caller;
    while (this.ended === null || !isRecent(this.ended)) {
      const remainingMs = deadlineAt - clock.monotonicMs();
      if (remainingMs <= 0)
        throw new AirbyteError('timeout', 'GET /connections: the whole list was not read in time', {
          operation: 'listConnections',
          sent: true,
        });
      const over = new AbortController();
      await Promise.race([this.step(withSharedTurn({})), clock.wait(remainingMs, over.signal)]).finally(
        () => {
          over.abort();
        },
      );
    }
  }

  /** Reads the next page. All who call meanwhile share it. */
  step(context: CallContext): Promise<void> {
    return this.steps.run(() => this.readPage(context));
  }

  private async readPage(context: CallContext): Promise<void> {
    this.context = context;
    const sweep = (this.current ??= this.begin());
    const { start, found, pages } = sweep;
    const read = beginRead(this.clock, this.changes);
    const page = await this.nextOf(pages);
    sweep.count += 1;
    this.lastCost = {
      pages: page.isSteady === true ? sweep.count : Math.max(sweep.count, this.lastCost.pages),
      callMs: this.clock.monotonicMs() - read.monotonicMs,
    };
    for (const connection of page.rows) {
      if (isDeleted(connection)) continue;
      found.add(connection.connectionId);
      this.store.putConnection(connection, read);
    }
    if (page.isSteady === null) return;
    this.current = null;
    this.disturbed = page.isSteady ? 0 : this.disturbed + 1;
    if (!page.isSteady && this.disturbed < MAX_ATTEMPTS) return;
    if (page.isSteady) this.store.removeOthers(found, start);
    this.disturbed = 0;
    this.ended = start;
  }

  private begin(): Sweep {
    return {
      start: beginRead(this.clock, this.changes),
      found: new Set(),
      pages: sweepConnections(this.client, {}, () => this.context),
      count: 0,
    };
  }

  /** A failed generator cannot continue, so the next step begins a new sweep. */
  private async nextOf(pages: Sweep['pages']): Promise<SweptPage> {
    try {
      const { value } = await pages.next();
      return value ?? { rows: [], isSteady: true };
    } catch (error) {
      this.current = null;
      throw error;
    }
  }
}
