import type { Clock } from '../../lib/clock';
import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import type { RunFailureDto } from '../core/dto/run-failure.dto';
import type { Pause } from '../core/pause';
import type { InternalClient } from '../internal/internal-client';
import { Pauses } from './pauses';
import { RunFailures } from './run-failures';

/** An answer that has to read Airbyte anyway waits this long for details. */
const MAX_WAIT_MS = 1000;

/** Facts about an ingestion that only Airbyte's internal API has. */
export interface IngestionDetails {
  /** Reason of the newest failed sync since the newest success; null if there is no such sync or its reason is not known. */
  readonly runFailure: RunFailureDto | null;
  /** Null if the ingestion is not paused, or if nothing is known about its pause. */
  readonly pause: Pause | null;
}

/** Keeps the details of ingestions. Each is read once after it has changed. */
export class Details {
  readonly failures: RunFailures;
  readonly pauses: Pauses;

  /** @param bounds.signal ends the reads */
  constructor(
    internal: InternalClient,
    changes: Changes,
    private readonly clock: Clock,
    bounds: { readonly maxEntries: number; readonly signal: AbortSignal },
  ) {
    this.failures = new RunFailures(internal, clock, bounds);
    this.pauses = new Pauses(internal, changes, clock, bounds);
  }

  of(connection: AirbyteConnection, newestJobs: readonly AirbyteJob[]): IngestionDetails {
    return { runFailure: this.failures.of(newestJobs), pause: this.pauses.of(connection) };
  }

  /** Reads what is not known, for an answer that has time for it. */
  async loadWithin(
    connection: AirbyteConnection,
    newestJobs: readonly AirbyteJob[],
    timeoutMs: number,
  ): Promise<void> {
    await this.within(timeoutMs, [this.failures.load(newestJobs), this.pauses.load(connection)]);
  }

  /** Reads reasons of failed runs that are not known. @param newestJobs newest first, of one connection each */
  async loadFailures(newestJobs: readonly (readonly AirbyteJob[])[]): Promise<void> {
    await this.within(
      MAX_WAIT_MS,
      newestJobs.map((jobs) => this.failures.load(jobs)),
    );
  }

  private async within(timeoutMs: number, loads: readonly Promise<void>[]): Promise<void> {
    const over = new AbortController();
    await Promise.race([Promise.all(loads), this.clock.wait(Math.min(MAX_WAIT_MS, timeoutMs), over.signal)]);
    over.abort();
  }
}
