import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { PauseModule } from '../pause/pause.module';
import { FreshnessWriter } from './freshness-writer';
import { IngestionController } from './ingestion.controller';
import { IngestionService } from './ingestion.service';
import { ResourceService } from './resource.service';
import { InternalModule } from '../internal/internal.module';
import { MirrorModule } from '../mirror/mirror.module';
import { ScheduleWriter } from './schedule-writer';
import { StreamCatalog } from './stream-catalog';
import { StreamCheck } from './stream-check';
import { TableCheck } from './table-check';

/** Creates, checks, reads, changes and deletes ingestions. */
@Module({
  imports: [CoreModule, InternalModule, MirrorModule, PauseModule],
  controllers: [IngestionController],
  providers: [
    FreshnessWriter,
    IngestionService,
    ResourceService,
    ScheduleWriter,
    StreamCatalog,
    StreamCheck,
    TableCheck,
  ],
  exports: [IngestionService],
})
export class IngestionModule {}
