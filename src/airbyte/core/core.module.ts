import { HttpModule, HttpService } from '@nestjs/axios';
import { Logger, Module } from '@nestjs/common';
import { type ResolvedSettings, SETTINGS } from '../../config/settings-types';
import { TRACER, type Tracer } from '../../lib/tracer';
import { AirbyteClient, createAirbyteClient } from '../client/airbyte.client';
import { CREATION_CLAIMS, type CreationClaims } from '../client/creation/creation-claims';
import type { OutageEvent } from '../client/resilience/outage-monitor';
import { Changes } from './changes';
import { SourceChanges } from './source-changes';
import { SchedulePolicy } from './schedule-policy';

const log = new Logger('Airbyte');

function logOutage(event: OutageEvent): void {
  if (event.kind === 'ended') {
    log.warn(`Airbyte answers again, ${Math.ceil(event.durationMs / 1000)} s after the first failure.`);
    return;
  }
  log.warn(`Airbyte is down: ${event.error.message}. Check that Airbyte runs at AIRBYTE_API_URL.`);
}

/** Limit of distinct messages. Each is logged once, because lists are read every few seconds. */
const MAX_KINDS = 100;

/**
 * Returns a listener that logs each distinct operation and reason once. A reason names a field, never its
 * value.
 */
function logUnreadableRows(warn: (message: string) => void): (operation: string, reason: string) => void {
  const known = new Set<string>();
  return (operation, reason) => {
    const kind = `${operation} ${reason}`;
    if (known.has(kind) || known.size >= MAX_KINDS) return;
    known.add(kind);
    warn(`Skipped an unreadable record in Airbyte's response to ${operation}: ${reason}.`);
  };
}

/** The kernel that every feature imports: the Airbyte client and shared rules. */
@Module({
  imports: [HttpModule],
  providers: [
    {
      provide: AirbyteClient,
      useFactory: (
        http: HttpService,
        claims: CreationClaims,
        { airbyte }: ResolvedSettings,
        tracer: Tracer | null,
      ) =>
        createAirbyteClient(airbyte, http.axiosRef, {
          claims,
          tracer,
          onOutage: logOutage,
          onUnreadableRow: logUnreadableRows((message) => {
            log.warn(message);
          }),
        }),
      inject: [HttpService, CREATION_CLAIMS, SETTINGS, TRACER],
    },
    Changes,
    SchedulePolicy,
    SourceChanges,
  ],
  exports: [AirbyteClient, Changes, SchedulePolicy, SourceChanges],
})
export class CoreModule {}
