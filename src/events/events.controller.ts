import { Controller, Get, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems } from '../api/openapi/api-problems';
import { QueryValidationPipe } from '../api/validation/query.pipe';
import { RequiresScope } from '../http/access-decorators';
import { Context, type RequestContext } from '../http/request-context';
import { EventListDto } from './dto/event.dto';
import { LIST_EXAMPLE } from './dto/event-examples';
import { EventQueryDto } from './dto/event-query.dto';
import { EventsService } from './events.service';

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'List events',
    description:
      'Returns a part of the event log: starts and ends of runs, and changes of ingestions, each as it was read from ' +
      'Airbyte. Events are kept for `EVENTS_RETENTION_S`. To get all, store `next`, send it as `after`, and ' +
      'repeat. An event can come twice after a failure of the storage, with the same `id`. Needs the capability `events`.',
  })
  @ApiExtraModels(EventListDto)
  @ApiOkResponse({
    description: 'Events and the state of the log.',
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(EventListDto) },
        examples: { succeeded: { summary: 'A run has succeeded', value: LIST_EXAMPLE } },
      },
    },
  })
  @ApiProblems({ codes: ['validation-failed', 'events-expired', 'capability-off', 'events-unavailable'] })
  listEvents(
    @Query(QueryValidationPipe) query: EventQueryDto,
    @Context() context: RequestContext,
  ): Promise<EventListDto> {
    return this.events.list(query, context);
  }
}
