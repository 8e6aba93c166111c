import { Inject, Injectable } from '@nestjs/common';
import { Mirror } from '../../airbyte/mirror/mirror';
import { StatusService } from '../../airbyte/status/status.service';
import { SETTINGS, type Settings } from '../../config/settings-types';
import type { Caller } from '../../http/caller';
import { CLOCK, type Clock } from '../../lib/clock';
import { inTurns } from '../../lib/in-turns';
import type { Family } from '../exposition';
import { ingestionFamilies, seriesOf, type ShownIngestion } from './ingestion-families';
import { rowOf } from './ingestion-row';
import { RunCounts } from './run-counts';

/** A scrape keeps the mirror following Airbyte for this long. */
const FOLLOW_MS = 300_000;

/** Metrics of the ingestions, from what the mirror has in memory: a scrape makes no call to Airbyte. */
@Injectable()
export class IngestionMetrics {
  private readonly counts = new RunCounts();
  private readonly startedAtMs: number;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly mirror: Mirror,
    private readonly statuses: StatusService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.startedAtMs = clock.monotonicMs();
  }

  /**
   * @param caller sees only the ingestions of its workspace
   * @param turnKey whose turns of the event loop the work takes
   */
  async families(caller: Caller | undefined, turnKey: string): Promise<Family[]> {
    // Two looks at a time could count a run of a new ingestion twice.
    this.looking ??= inTurns(this.look(), turnKey).finally(() => {
      this.looking = null;
    });
    await this.looking;
    return inTurns(this.collect(caller), turnKey);
  }

  private *look(): Generator<void, void> {
    const uptimeMs = this.clock.monotonicMs() - this.startedAtMs;
    const sinceMs = this.mirror.airbyteNow().getTime() - uptimeMs;
    yield* this.counts.look(this.mirror.remembered({}, FOLLOW_MS), sinceMs);
  }

  private *collect(caller: Caller | undefined): Generator<void, Family[]> {
    const options = {
      now: this.mirror.airbyteNow(),
      tolerances: this.statuses.tolerances(),
      maxAgeMs: this.settings.mirror.staleIfErrorMs,
    };
    const { maxSeries } = this.settings.metrics;
    const shown: ShownIngestion[] = [];
    let [series, visible] = [0, 0];
    // In the order of ids, so that the same ones are left out each time.
    for (const remembered of this.mirror.remembered({ ...(caller && { caller }) }, FOLLOW_MS)) {
      visible += 1;
      if (series < maxSeries) {
        const counts = this.counts.of(remembered.connection.connectionId);
        const ingestion = { row: rowOf(remembered, options), counts };
        series += seriesOf(ingestion);
        if (series <= maxSeries) shown.push(ingestion);
      }
      yield;
    }
    const only = caller?.workspaceId ?? null;
    const durations = [...this.counts.byWorkspace()].filter(([id]) => only === null || id === only);
    return [...totals(shown.length, visible - shown.length), ...ingestionFamilies(shown, durations)];
  }
}

function totals(shown: number, leftOut: number): Family[] {
  return [
    {
      name: 'airbyte_ingestions_shown',
      help: 'Ingestions with metrics.',
      type: 'gauge',
      samples: [{ value: shown }],
    },
    {
      name: 'airbyte_ingestions_left_out',
      help: 'Ingestions without metrics, because METRICS_MAX_SERIES is reached.',
      type: 'gauge',
      samples: [{ value: leftOut }],
    },
  ];
}
