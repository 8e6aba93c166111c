import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { PauseService } from './pause.service';
import { PauseWriter } from './pause-writer';

/** Pauses with a reason and an end. */
@Module({
  imports: [CoreModule, InternalModule],
  providers: [PauseService, PauseWriter],
  exports: [PauseService],
})
export class PauseModule {}
