import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { MirrorModule } from '../mirror/mirror.module';
import { BulkPauseService } from './bulk-pause.service';
import { PauseController } from './pause.controller';
import { PauseService } from './pause.service';
import { PauseWriter } from './pause-writer';
import { ResumeLease } from './resume-lease';
import { Resumer } from './resumer';

/** Pauses with a reason and an end, of one ingestion or of several. */
@Module({
  imports: [CoreModule, InternalModule, MirrorModule, RedisModule],
  controllers: [PauseController],
  providers: [BulkPauseService, PauseService, PauseWriter, ResumeLease, Resumer],
  exports: [PauseService],
})
export class PauseModule {}
