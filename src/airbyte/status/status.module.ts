import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { MirrorModule } from '../mirror/mirror.module';
import { BatchService } from './batch.service';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';

/** Status and health of one ingestion or of several. */
@Module({
  imports: [CoreModule, MirrorModule],
  controllers: [StatusController],
  providers: [BatchService, StatusService],
  exports: [StatusService],
})
export class StatusModule {}
