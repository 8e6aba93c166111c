import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import { sharingKey } from '../core/visibility';
import { DETECTED_BY_READS } from '../internal/capability';
import { InternalClient } from '../internal/internal-client';
import { detectCapabilities, detectScheduleWrites } from './capability-detection';
import type { CapabilitiesDto } from './dto/capabilities.dto';

/** Detections of one workspace are at least this far apart. */
const DETECTION_PAUSE_MS = 10_000;
const MAX_WORKSPACES = 100;

/** Reports what the installation and the caller can do. */
@Injectable()
export class CapabilitiesService {
  private readonly detections: CoalescedReads<void>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly internal: InternalClient,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.detections = new CoalescedReads({
      maxAgeMs: DETECTION_PAUSE_MS,
      maxEntries: MAX_WORKSPACES,
      nowMs: () => clock.monotonicMs(),
    });
  }

  async report(context: RequestContext): Promise<CapabilitiesDto> {
    const isUnknown = DETECTED_BY_READS.some(
      (name) => this.internal.caller.capability(name).state === 'unknown',
    );
    if (isUnknown) await this.detections.get(sharingKey(context), () => this.detect(context));
    const { caller } = context;
    const { events, webhooks, missedRunToleranceMinutes } = this.settings;
    return {
      capabilities: [
        ...this.internal.caller.capabilities().map(({ capability, state, reason }) => {
          return { name: capability, state, reason };
        }),
        { name: 'events', state: stateOf(events), reason: events.offReason },
        { name: 'webhooks', state: stateOf(webhooks), reason: webhooks.offReason },
      ],
      missedRunToleranceMinutes,
      caller: caller
        ? { name: caller.id, scopes: [...caller.scopes], workspaceId: caller.workspaceId }
        : null,
    };
  }

  /** Tries the reads, most of them with a connection of the caller's workspace. While Airbyte cannot be read, nothing becomes known. */
  private async detect(request: RequestContext): Promise<void> {
    const context = this.client.withDeadline(request);
    const workspaceId = request.caller?.workspaceId ?? null;
    try {
      const query = { limit: 1, offset: 0, ...(workspaceId !== null && { workspaceIds: [workspaceId] }) };
      const [[connection]] = await Promise.all([
        this.client.listConnections(query, context),
        detectScheduleWrites(this.internal, context),
      ]);
      if (!connection) return;
      const createdFrom = connection.createdAt ?? new Date(0);
      const target = { connectionId: connection.connectionId, createdFrom, now: this.clock.now() };
      await detectCapabilities(this.client, this.internal, target, context);
    } catch (error) {
      // The answer then says unknown.
      if (!(error instanceof AirbyteError)) throw error;
    }
  }
}

function stateOf({ offReason }: { readonly offReason: string | null }): 'on' | 'off' {
  return offReason === null ? 'on' : 'off';
}
