import { HttpModule, HttpService } from '@nestjs/axios';
import { Logger, Module } from '@nestjs/common';
import { type ResolvedSettings, SETTINGS } from '../../config/settings-types';
import { AirbyteClient, createAirbyteClient } from '../client/airbyte.client';
import { CREATION_CLAIMS, type CreationClaims } from '../client/creation/creation-claims';
import type { OutageEvent } from '../client/resilience/outage-monitor';
import { logUnreadableRows } from '../client/unreadable-rows';
import { LocalChanges } from './local-changes';
import { SchedulePolicy } from './schedule-policy';
import { StatusReader } from './status-reader';

const log = new Logger('Airbyte');

function logOutage(event: OutageEvent): void {
  if (event.kind === 'ended') {
    log.warn(`Airbyte answers again, ${Math.ceil(event.durationMs / 1000)} s after the first failure.`);
    return;
  }
  log.warn(`Airbyte is down: ${event.error.message}. Check that Airbyte runs at AIRBYTE_API_URL.`);
}

/** The kernel that every feature imports: the Airbyte client and shared rules. */
@Module({
  imports: [HttpModule],
  providers: [
    {
      provide: AirbyteClient,
      useFactory: (http: HttpService, claims: CreationClaims, { airbyte }: ResolvedSettings) =>
        createAirbyteClient(airbyte, http.axiosRef, {
          claims,
          onOutage: logOutage,
          onUnreadableRow: logUnreadableRows((message) => {
            log.warn(message);
          }),
        }),
      inject: [HttpService, CREATION_CLAIMS, SETTINGS],
    },
    LocalChanges,
    SchedulePolicy,
    StatusReader,
  ],
  exports: [AirbyteClient, LocalChanges, SchedulePolicy, StatusReader],
})
export class CoreModule {}
