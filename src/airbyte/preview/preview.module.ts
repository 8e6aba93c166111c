import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { PreviewController } from './preview.controller';
import { PreviewService } from './preview.service';

/** Explains a schedule without creating anything. */
@Module({ imports: [CoreModule], controllers: [PreviewController], providers: [PreviewService] })
export class PreviewModule {}
