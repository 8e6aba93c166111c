import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { HistoryController } from './history.controller';
import { HistoryService } from './history.service';

/** The history of an ingestion. */
@Module({
  imports: [CoreModule, InternalModule],
  controllers: [HistoryController],
  providers: [HistoryService],
})
export class HistoryModule {}
