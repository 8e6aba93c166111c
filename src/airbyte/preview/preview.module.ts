import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { PreviewController } from './preview.controller';
import { PreviewService } from './preview.service';

/** Explains a schedule without creating anything. */
@Module({
  imports: [CoreModule, InternalModule],
  controllers: [PreviewController],
  providers: [PreviewService],
})
export class PreviewModule {}
