import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { BatchService } from './batch.service';
import { BulkReader } from './bulk-reader';
import { JobLedger } from './ledger/job-ledger';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';

/** Status and health of one ingestion or of several. */
@Module({
  imports: [CoreModule],
  controllers: [StatusController],
  providers: [BatchService, BulkReader, JobLedger, StatusService],
  exports: [JobLedger, StatusService],
})
export class StatusModule {}
