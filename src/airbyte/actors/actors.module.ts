import { Module } from '@nestjs/common';
import { CoreModule } from '../core/core.module';
import { ActorController } from './actor.controller';
import { ActorService } from './actor.service';

/** Lists of sources and destinations. */
@Module({ imports: [CoreModule], controllers: [ActorController], providers: [ActorService] })
export class ActorsModule {}
