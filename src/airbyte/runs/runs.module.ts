import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { JobStarter } from './job-starter';
import { RunCanceller } from './run-canceller';
import { RunReader } from './run-reader';
import { RunWaiter } from './run-waiter';
import { RunController } from './run.controller';
import { RunService } from './run.service';

/** Starts, lists, awaits and cancels runs. */
@Module({
  imports: [CoreModule],
  controllers: [RunController],
  providers: [JobStarter, RunCanceller, RunReader, RunService, RunWaiter],
})
export class RunsModule {}
