import { Controller } from '@nestjs/common';
import { actorController } from './actor.controller';
import { toSource } from './actor-mapper';
import { SourceDetailsDto } from './dto/actor.dto';

@Controller('sources')
export class SourcesController extends actorController('source', SourceDetailsDto, toSource) {}
