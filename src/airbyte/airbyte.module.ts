import { Module } from '@nestjs/common';
import { ActorsModule } from './actors/actors.module';
import { CapabilitiesModule } from './capabilities/capabilities.module';
import { ConnectorsModule } from './connectors/connectors.module';
import { CoreModule } from './core/core.module';
import { HistoryModule } from './history/history.module';
import { HooksModule } from './hooks/hooks.module';
import { IngestionModule } from './ingestion/ingestion.module';
import { ListingModule } from './listing/listing.module';
import { PauseModule } from './pause/pause.module';
import { PreviewModule } from './preview/preview.module';
import { RunsModule } from './runs/runs.module';
import { StreamsModule } from './streams/streams.module';
import { StatusModule } from './status/status.module';

/** All features that use Airbyte, one module each, on top of CoreModule. */
@Module({
  imports: [
    CoreModule,
    ActorsModule,
    CapabilitiesModule,
    ConnectorsModule,
    HistoryModule,
    HooksModule,
    IngestionModule,
    ListingModule,
    PauseModule,
    PreviewModule,
    RunsModule,
    StatusModule,
    StreamsModule,
  ],
  exports: [CoreModule, IngestionModule],
})
export class AirbyteModule {}
