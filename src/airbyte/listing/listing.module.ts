import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { MirrorModule } from '../mirror/mirror.module';
import { StatusModule } from '../status/status.module';
import { ListingController } from './listing.controller';
import { ListingService } from './listing.service';

/** Lists of ingestions with their health. */
@Module({
  imports: [CoreModule, MirrorModule, StatusModule],
  controllers: [ListingController],
  providers: [ListingService],
})
export class ListingModule {}
