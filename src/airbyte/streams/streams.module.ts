import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { SampleService } from './sample.service';
import { StreamsController } from './streams.controller';
import { StreamsService } from './streams.service';

/** The streams of sources. */
@Module({
  imports: [CoreModule, InternalModule],
  controllers: [StreamsController],
  providers: [SampleService, StreamsService],
})
export class StreamsModule {}
