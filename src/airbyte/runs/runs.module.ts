import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { MirrorModule } from '../mirror/mirror.module';
import { JobStarter } from './job-starter';
import { RunCanceller } from './run-canceller';
import { RunDetailsReader } from './run-details';
import { RunReader } from './run-reader';
import { RunWaiter } from './run-waiter';
import { RunLogController } from './run-log.controller';
import { RunLogService } from './run-log.service';
import { RunController } from './run.controller';
import { RunService } from './run.service';

/** Starts, lists, awaits and cancels runs. */
@Module({
  imports: [CoreModule, InternalModule, MirrorModule],
  controllers: [RunController, RunLogController],
  providers: [JobStarter, RunCanceller, RunDetailsReader, RunLogService, RunReader, RunService, RunWaiter],
})
export class RunsModule {}
