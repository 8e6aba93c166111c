import { Logger, Module } from '@nestjs/common';
import { type ResolvedSettings, SETTINGS } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { CoreModule } from '../core/core.module';
import type { CapabilityReport } from './capability';
import { ConnectorEndpoints } from './connector-endpoints';
import { InternalClient } from './internal-client';

const log = new Logger('AirbyteInternal');

function logChange({ capability, state, reason }: CapabilityReport): void {
  if (state === 'on') log.log(`Airbyte provides ${capability}.`);
  else log.warn(`Airbyte does not provide ${capability}: ${reason ?? 'unknown'}`);
}

/** The optional client for Airbyte's internal API. */
@Module({
  imports: [CoreModule],
  providers: [
    {
      provide: InternalClient,
      useFactory: (client: AirbyteClient, { airbyte }: ResolvedSettings) =>
        new InternalClient(client, airbyte, logChange),
      inject: [AirbyteClient, SETTINGS],
    },
    {
      provide: ConnectorEndpoints,
      useFactory: (internal: InternalClient) => new ConnectorEndpoints(internal),
      inject: [InternalClient],
    },
  ],
  exports: [InternalClient, ConnectorEndpoints],
})
export class InternalModule {}
