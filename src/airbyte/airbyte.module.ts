import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import type { AirbyteSettings } from '../config/settings.types';
import { ActorController } from './actors/actor.controller';
import { ActorService } from './actors/actor.service';
import { AirbyteClient } from './client/airbyte.client';
import { createAirbyteClient } from './client/create.client';
import { logUnreadableRows } from './client/unreadable-rows';
import type { OutageEvent } from './client/outage-monitor';
import { CREATION_CLAIMS, type CreationClaims } from './client/creation.claims';
import { IngestionController } from './ingestion/ingestion.controller';
import { IngestionService } from './ingestion/ingestion.service';
import { ResourceService } from './ingestion/resource.service';
import { SchedulePolicy } from './ingestion/schedule.policy';
import { StreamCatalog } from './ingestion/stream-catalog';
import { ListingController } from './listing/listing.controller';
import { ListingService } from './listing/listing.service';
import { PreviewController } from './preview/preview.controller';
import { PreviewService } from './preview/preview.service';
import { JobStarter } from './runs/job-starter';
import { RunCanceller } from './runs/run-canceller';
import { RunController } from './runs/run.controller';
import { RunReader } from './runs/run.reader';
import { RunService } from './runs/run.service';
import { RunWatcher } from './runs/run.watcher';
import { BatchService } from './status/batch.service';
import { BulkReader } from './status/bulk.reader';
import { JobLedger } from './status/ledger/job.ledger';
import { StatusController } from './status/status.controller';
import { StatusReader } from './status/status.reader';
import { StatusService } from './status/status.service';

const log = new Logger('Airbyte');

function logOutage(event: OutageEvent): void {
  if (event.kind === 'ended') {
    log.warn(`Airbyte answers again, ${Math.ceil(event.durationMs / 1000)} s after the first failure.`);
    return;
  }
  log.warn(`Airbyte is down: ${event.error.message}. Check that Airbyte runs at AIRBYTE_API_URL.`);
}

/** Everything that speaks to one Airbyte. */
@Module({})
export class AirbyteModule {
  static forRoot(airbyte: AirbyteSettings): DynamicModule {
    return {
      module: AirbyteModule,
      imports: [HttpModule],
      controllers: [
        ActorController,
        IngestionController,
        ListingController,
        PreviewController,
        RunController,
        StatusController,
      ],
      providers: [
        {
          provide: AirbyteClient,
          useFactory: (http: HttpService, claims: CreationClaims) =>
            createAirbyteClient(airbyte, http.axiosRef, {
              claims,
              onOutage: logOutage,
              onUnreadableRow: logUnreadableRows((message) => {
                log.warn(message);
              }),
            }),
          inject: [HttpService, CREATION_CLAIMS],
        },
        ActorService,
        BatchService,
        BulkReader,
        IngestionService,
        JobLedger,
        JobStarter,
        ListingService,
        PreviewService,
        ResourceService,
        RunCanceller,
        RunReader,
        RunService,
        RunWatcher,
        SchedulePolicy,
        StatusReader,
        StatusService,
        StreamCatalog,
      ],
      exports: [AirbyteClient],
    };
  }
}
