import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { IngestionController } from './ingestion.controller';
import { IngestionService } from './ingestion.service';
import { ResourceService } from './resource.service';
import { StreamCatalog } from './stream-catalog';

/** Creates, checks, reads, changes and deletes ingestions. */
@Module({
  imports: [CoreModule],
  controllers: [IngestionController],
  providers: [IngestionService, ResourceService, StreamCatalog],
  exports: [IngestionService],
})
export class IngestionModule {}
