import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { ConnectorService } from './connector.service';
import { CheckService } from './check.service';
import { ConfigurationCheck } from './configuration-check';
import { ConnectorCatalog } from './connector-catalog';
import { DefinitionsController } from './definitions.controller';
import { DefinitionsService } from './definitions.service';
import { DestinationsController } from './destinations.controller';
import { SourcesController } from './sources.controller';
import { WorkspaceChoice } from './workspace-choice';

/** Creation, changes and deletion of sources and destinations, and the connectors that they use. */
@Module({
  imports: [CoreModule, InternalModule],
  controllers: [SourcesController, DestinationsController, DefinitionsController],
  providers: [
    CheckService,
    ConnectorService,
    ConfigurationCheck,
    ConnectorCatalog,
    DefinitionsService,
    WorkspaceChoice,
  ],
})
export class ConnectorsModule {}
