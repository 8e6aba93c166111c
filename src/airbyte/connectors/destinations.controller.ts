import { Controller } from '@nestjs/common';
import { actorController } from './actor.controller';
import { toDestination } from './actor-mapper';
import { DestinationDetailsDto } from './dto/actor.dto';

@Controller('destinations')
export class DestinationsController extends actorController(
  'destination',
  DestinationDetailsDto,
  toDestination,
) {}
