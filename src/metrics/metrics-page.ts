import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import type { Caller } from '../http/caller';
import { workTurns } from '../lib/work-turns';
import { type ExpositionFormat, type Family, formatFor, writeFamilies } from './exposition';
import { GatewayMetrics } from './gateway/gateway-metrics';
import { IngestionMetrics } from './ingestions/ingestion-metrics';

/** A page of metrics. The body is written while it is read. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: Readable;
}

/** All metrics as text. */
@Injectable()
export class MetricsPages {
  constructor(
    private readonly gateway: GatewayMetrics,
    private readonly ingestions: IngestionMetrics,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @param caller sees only the ingestions of its workspace; undefined: all
   * @param turnKey whose turns of the event loop the work takes
   */
  async page(accept: string | undefined, caller: Caller | undefined, turnKey: string): Promise<MetricsPage> {
    const format = formatFor(accept);
    // Without a mirror, nothing is known of ingestions that no caller asked for.
    const isFed = this.settings.mirror.feedIntervalMs > 0;
    const ingestions = isFed ? await this.ingestions.families(caller, turnKey) : [];
    const families = [...(await this.gateway.families()), ...ingestions];
    const body = Readable.from(writeInTurns(families, format, turnKey), { objectMode: false });
    return { contentType: format.contentType, body };
  }
}

async function* writeInTurns(
  families: readonly Family[],
  format: ExpositionFormat,
  turnKey: string,
): AsyncGenerator<string> {
  for (const chunk of writeFamilies(families, format)) {
    yield chunk;
    await workTurns.turn(turnKey);
  }
}
